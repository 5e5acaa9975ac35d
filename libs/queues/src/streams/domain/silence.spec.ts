import { expect, it } from 'vitest';
import { Silence } from './silence.js';

const seen = (beats: Record<string, string | null>) => new Map(Object.entries(beats));

it('takes whoever changes its number for alive', () => {
  const silence = new Silence(1_000, 600);
  for (let at = 0; at <= 3_000; at += 500) expect(silence.look(seen({ a: String(at) }), at)).toEqual([]);
});

it.each([['7'], [null]])('names who stays at %s for too long, and names it again', (beat) => {
  const silence = new Silence(1_000, 600);
  expect(silence.look(seen({ a: beat, b: '0' }), 0)).toEqual([]);
  expect(silence.look(seen({ a: beat, b: '1' }), 500)).toEqual([]);
  expect(silence.look(seen({ a: beat, b: '2' }), 1_000)).toEqual(['a']);
  expect(silence.look(seen({ a: beat, b: '3' }), 1_500)).toEqual(['a']);
  expect(silence.look(seen({ a: '8', b: '4' }), 2_000)).toEqual([]);
});

it('gives everybody the whole time again after it was interrupted', () => {
  const silence = new Silence(1_000, 600);
  silence.look(seen({ a: '7' }), 0);
  expect(silence.look(seen({ a: '7' }), 1_000)).toEqual([]);
  expect(silence.look(seen({ a: '7' }), 1_500)).toEqual([]);
  expect(silence.look(seen({ a: '7' }), 2_000)).toEqual(['a']);
});

it('begins anew with whom it did not see in between', () => {
  const silence = new Silence(1_000, 600);
  silence.look(seen({ a: '7' }), 0);
  silence.look(seen({}), 500);
  expect(silence.look(seen({ a: '7' }), 1_000)).toEqual([]);
});
