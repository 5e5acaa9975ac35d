import { expect, it } from 'vitest';
import { matches, memoryOf, parsePattern, parsePatterns, parseSizes } from './function-patterns.js';

const fn = { environment: 'prod', integration: 'crm', name: 'send' };
const CLASSES = { small: 128, large: 1024 };

it.each([
  ['*', true],
  ['prod/crm/send', true],
  ['prod/*/send', true],
  ['*/*/*', true],
  ['dev/crm/send', false],
  ['prod/crm/sen', false],
])('%s', (pattern, expected) => {
  expect(matches(parsePattern(pattern), fn)).toBe(expected);
});

it('a list may be empty, and says what in it is wrong', () => {
  expect(parsePatterns('')).toEqual([]);
  expect(parsePatterns('prod/crm/*, dev/*/*')).toHaveLength(2);
  expect(() => parsePatterns('prod/crm')).toThrow('"prod/crm" names no functions');
});

it('sizes functions by the first rule that names them', () => {
  const rules = parseSizes('prod/crm/*=large, *=small, dev/*/*=64', CLASSES);
  expect(memoryOf(rules, fn, 512)).toBe(1024);
  expect(memoryOf(rules, { ...fn, environment: 'dev' }, 512)).toBe(128);
  expect(memoryOf([], fn, 512)).toBe(512);
});

it.each(['prod/crm/*=huge', 'prod/crm/*', '=small', 'prod/crm/*=8'])('%s sets no size', (text) => {
  expect(() => parseSizes(text, CLASSES)).toThrow('"');
});
