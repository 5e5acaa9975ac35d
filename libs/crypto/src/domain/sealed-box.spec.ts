import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cipher } from '../cipher.js';

describe('Cipher', () => {
  const keys = new Map([[1, randomBytes(32)]]);

  it('opens what it sealed, for any text and place', () => {
    const cipher = new Cipher(keys);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, aad) => {
        expect(cipher.openText(cipher.seal(text, aad), aad)).toBe(Buffer.from(text, 'utf8').toString('utf8'));
      }),
    );
  });

  it('opens what another process sealed with the same data key', () => {
    expect(new Cipher(keys).openText(new Cipher(keys).seal('token', 'row:1'), 'row:1')).toBe('token');
  });

  it('refuses a value that was moved to another row', () => {
    const cipher = new Cipher(keys);
    expect(() => cipher.open(cipher.seal('token', 'row:1'), 'row:2')).toThrow();
  });

  it('refuses a value with any byte changed', () => {
    const cipher = new Cipher(keys);
    const sealed = cipher.seal('token', 'row:1');
    for (let at = 0; at < sealed.length; at += 1) {
      const forged = Buffer.from(sealed);
      forged[at] = (forged[at] ?? 0) ^ 0xff;
      expect(() => cipher.open(forged, 'row:1')).toThrow();
    }
  });

  it('never repeats a nonce', () => {
    const cipher = new Cipher(keys);
    const seen = new Set(Array.from({ length: 1000 }, () => cipher.seal('', '').subarray(0, 33).toString('hex')));
    expect(seen.size).toBe(1000);
  });

  it('names the data key it lacks', () => {
    const sealed = new Cipher(new Map([[7, randomBytes(32)]])).seal('token', '');
    expect(() => new Cipher(keys).open(sealed, '')).toThrow('no data key 7');
  });

  it('stores in clear without a key, and still reads it once there is one', () => {
    const clear = new Cipher(new Map());
    expect(clear.enabled).toBe(false);
    expect(new Cipher(keys).openText(clear.seal('token', 'row:1'), 'row:1')).toBe('token');
  });
});
