import { createHash, randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { Cipher } from './cipher.js';
import { Digests } from './digests.js';

const [older, newer] = [randomBytes(32), randomBytes(32)];
const digestsOf = (keys: [number, Buffer][], purpose = 'requests') => new Digests(new Cipher(new Map(keys)), purpose);
const sha256 = (text: string) => createHash('sha256').update(text).digest();

it('are the same for the same text, and of that text only', () => {
  const digests = digestsOf([[1, older]]);
  const digest = digests.of('a');
  expect(digestsOf([[1, older]]).of('a')).toEqual(digest);
  expect([digests.isOf(digest, 'a'), digests.isOf(digest, 'b')]).toEqual([true, false]);
});

it('cannot be made by who has no key, nor for another purpose', () => {
  const digest = digestsOf([[1, older]]).of('a');
  expect(digest.includes(sha256('a'))).toBe(false);
  expect(digestsOf([[1, newer]]).isOf(digest, 'a')).toBe(false);
  expect(digestsOf([[1, older]], 'others').isOf(digest, 'a')).toBe(false);
});

it('of an older key are recognised under a newer one', () => {
  const digest = digestsOf([[1, older]]).of('a');
  const rotated = digestsOf([
    [1, older],
    [2, newer],
  ]);
  expect(rotated.of('a')).not.toEqual(digest);
  expect([rotated.isOf(digest, 'a'), rotated.isOf(digest, 'b')]).toEqual([true, false]);
});

it('of a key that is not here say neither, and have it looked for', () => {
  const cipher = new Cipher(new Map([[2, newer]]));
  cipher.onUnknownKey = vi.fn<() => void>();
  expect(new Digests(cipher, 'requests').isOf(digestsOf([[1, older]]).of('a'), 'a')).toBeUndefined();
  expect(cipher.onUnknownKey).toHaveBeenCalledOnce();
});

it('are plain where values are stored in clear, and recognised once there is a key', () => {
  const plain = new Digests(new Cipher(new Map(), null), 'requests').of('a');
  expect(plain).toEqual(sha256('a'));
  expect([digestsOf([[1, older]]).isOf(plain, 'a'), digestsOf([[1, older]]).isOf(plain, 'b')]).toEqual([true, false]);
});
