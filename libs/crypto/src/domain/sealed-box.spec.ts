import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cipher } from '../cipher.js';
import type { SealedValues } from './sealed-box.js';

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

describe('values sealed together', () => {
  const cipher = new Cipher(new Map([[3, randomBytes(32)]]));
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ unit: 'grapheme', minLength: 300, maxLength: 2_000 }),
    fc.constantFrom('', '0123456789abcdef', 'x'.repeat(1_023), 'x'.repeat(1_024), 'x'.repeat(1_025), 'é'.repeat(512)),
  );
  const places = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 255 }),
    fc.constantFrom('', 'a'.repeat(682), 'é'.repeat(682), 'a'.repeat(683)),
  );
  const apart = ({ bytes, sizes }: SealedValues): Buffer[] => {
    let at = 0;
    return sizes.map((size) => bytes.subarray(at, (at += size)));
  };

  it('are what sealing them one by one makes, for any texts and places: OpenSSL opens and verifies each', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ text: texts, aad: places }), { maxLength: 30 }), (values) => {
        const sealed = cipher.sealAll(values);
        expect(sealed.bytes).toHaveLength(sealed.sizes.reduce((sum, size) => sum + size, 0));
        expect(apart(sealed).map((one, n) => cipher.openText(one, values[n]?.aad ?? ''))).toEqual(
          values.map(({ text }) => Buffer.from(text, 'utf8').toString('utf8')),
        );
      }),
    );
  });

  it('do not open in another place, nor with a byte changed', () => {
    const values = ['one', 'two'].map((text, n) => ({ text, aad: `row:${n}` }));
    const [first, second] = apart(cipher.sealAll(values)) as [Buffer, Buffer];
    expect(() => cipher.open(first, 'row:1')).toThrow();
    for (let at = 0; at < second.length; at += 1) {
      const forged = Buffer.from(second);
      forged[at] = (forged[at] ?? 0) ^ 0xff;
      expect(() => cipher.open(forged, 'row:1')).toThrow();
    }
  });

  it('never share a nonce, with each other or with others', () => {
    const values = Array.from({ length: 500 }, (_, n) => ({ text: 'x'.repeat(n * 5), aad: '' }));
    const sealed = [...apart(cipher.sealAll(values)), cipher.seal('', ''), ...apart(cipher.sealAll(values))];
    expect(new Set(sealed.map((one) => one.subarray(0, 33).toString('hex'))).size).toBe(1_001);
  });

  it('are stored in clear without a key', () => {
    const clear = new Cipher(new Map());
    const sealed = apart(
      clear.sealAll([
        { text: 'one', aad: 'a' },
        { text: '', aad: 'b' },
      ]),
    );
    expect(sealed.map((one) => cipher.openText(one, 'any'))).toEqual(['one', '']);
  });
});
