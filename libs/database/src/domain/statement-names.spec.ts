import { expect, it } from 'vitest';
import { StatementNames } from './statement-names.js';

const asked = (names: StatementNames, text: string, times: number) =>
  Array.from({ length: times }, () => names.nameOf(text)).at(-1);

it('names a statement once it is asked for often, and then always', () => {
  const names = new StatementNames();
  expect(asked(names, 'SELECT $1', 15)).toBeUndefined();
  const name = names.nameOf('SELECT $1');
  expect(name).toMatch(/^[\w-]{24}$/);
  expect(asked(names, 'SELECT $1', 100)).toBe(name);
  expect(asked(names, 'SELECT $2', 16)).not.toBe(name);
  expect(asked(new StatementNames(), 'SELECT $1', 16)).toBe(name);
});

it('names no more than a server has memory for', () => {
  const names = new StatementNames();
  for (let n = 0; n < 300; n += 1) asked(names, `SELECT ${n}`, 16);
  expect(names.nameOf('SELECT 199')).toBeDefined();
  expect(asked(names, 'SELECT 200', 16)).toBeUndefined();
});

it('keeps neither long texts nor many that are seldom asked for', () => {
  const names = new StatementNames();
  expect(asked(names, `SELECT '${'a'.repeat(20_000)}'`, 100)).toBeUndefined();
  asked(names, 'SELECT 0', 15);
  for (let n = 1; n <= 2_000; n += 1) names.nameOf(`SELECT ${n}`);
  expect(names.nameOf('SELECT 0')).toBeUndefined();
});
