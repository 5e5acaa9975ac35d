import { expect, it } from 'vitest';
import { isOperator } from './operator.js';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

it.each([
  [basic('operator:secret'), 'secret', true],
  [basic('operator:other'), 'secret', false],
  [basic('someone:secret'), 'secret', false],
  ['Bearer secret', 'secret', false],
  [undefined, 'secret', false],
  [basic('operator:'), undefined, false],
  [basic('operator:'), '', false],
])('%s with password %s is an operator: %s', (header, password, open) => {
  expect(isOperator(header, 'operator', password)).toBe(open);
});
