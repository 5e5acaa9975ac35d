import { expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.js';

it('is the same for the same value, whatever the order of its fields', () => {
  expect(canonicalJson({ b: { y: 1, x: [1, { d: 1, c: 2 }] }, a: null })).toBe(
    canonicalJson({ a: null, b: { x: [1, { c: 2, d: 1 }], y: 1 } }),
  );
});

it.each([
  [{ a: 1 }, { a: '1' }],
  [
    [1, 2],
    [2, 1],
  ],
  [{ a: null }, {}],
  [{ a: { b: 1 } }, { 'a.b': 1 }],
])('differs for %j and %j', (one, other) => {
  expect(canonicalJson(one)).not.toBe(canonicalJson(other));
});

it('takes a field that is not there as one that was left out', () => {
  expect(canonicalJson({ a: 1, b: undefined })).toBe(canonicalJson({ a: 1 }));
});
