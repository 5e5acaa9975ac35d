import { expect, it } from 'vitest';
import { cut, fitted } from '../prelude/sdk/fitted.js';

/** What is said in logs and errors is kept short (spec/functions.md §2.6, §4.2). */
const LIMIT = 99_000;
const bytesOf = (value: unknown): number => Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));

it.each([
  ['a', LIMIT],
  ['ä', LIMIT / 2],
  ['€', LIMIT / 3],
  ['😀', LIMIT / 4],
])('text of %s is cut after its last whole character within the limit', (character, characters) => {
  const kept = character.repeat(characters);
  expect(cut(kept)).toBe(kept);
  expect(cut(`${kept}${character}`)).toBe(`${kept}... (truncated)`);
  expect(bytesOf(cut(character.repeat(200_000)).replace('... (truncated)', ''))).toBeLessThanOrEqual(LIMIT);
});

it.each([[undefined], [null], [7], ['text'], [[1, 2]], [{ a: { b: null } }]])('%j stays as it is', (value) => {
  expect(fitted(value)).toEqual(value);
});

it('an object loses what makes it too long, the longest first', () => {
  const long = 'x'.repeat(60_000);
  const value = { first: long, small: 1, second: `${long}y`, list: [1] };
  expect(fitted(value)).toEqual({ first: long, small: 1, list: [1] });
  expect(bytesOf(fitted({ a: 'ä'.repeat(60_000), b: 1 }))).toBe(bytesOf({ b: 1 }));
});

it('an object loses no more than it must', () => {
  const part = 'x'.repeat(30_000);
  expect(Object.keys(fitted({ a: part, b: part, c: part, d: part }))).toHaveLength(3);
});

it('what is no JSON is told to be none', () => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  expect(fitted(cycle)).toEqual({ unserialisable: expect.stringContaining('circular') });
});
