import { expect, it } from 'vitest';
import { isBearer } from './bearer.js';

it.each([
  ['Bearer secret', true],
  ['bearer secret', true],
  ['Bearer secret ', true],
  ['Bearer secre', false],
  ['Bearer ', false],
  ['Basic secret', false],
  ['secret', false],
  [undefined, false],
])('%s', (header, expected) => {
  expect(isBearer(header, 'secret')).toBe(expected);
});
