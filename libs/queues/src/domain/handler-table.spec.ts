import { expect, it } from 'vitest';
import { handlerTable } from './handler-table.js';

it('accepts one handler per job of the queues it takes from', () => {
  const table = handlerTable([
    ['sync.run', 'a'],
    ['action.run', 'b'],
  ]);
  expect(table.get('action.run')).toBe('b');
});

it('refuses two handlers of one job', () => {
  expect(() =>
    handlerTable([
      ['sync.run', 'a'],
      ['sync.run', 'b'],
    ]),
  ).toThrow('sync.run has 2 handlers');
});
