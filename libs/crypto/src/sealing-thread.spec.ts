import { randomBytes } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { Cipher } from './cipher.js';
import { SealingThread } from './sealing-thread.js';
import type { SealedValues, Unsealed } from './domain/sealed-box.js';

const cipherOf = (id: number) => new Cipher(new Map([[id, randomBytes(32)]]));
const valuesOf = (count: number): Unsealed[] =>
  Array.from({ length: count }, (_, n) => ({ text: `{"n":${n},"name":"Zoë"}`, aad: `row:${n}` }));

function opened(cipher: Cipher, { bytes, sizes }: SealedValues): string[] {
  let at = 0;
  return sizes.map((size, n) => cipher.openText(bytes.subarray(at, (at += size)), `row:${n}`));
}
const textsOf = (values: readonly Unsealed[]) => values.map(({ text }) => text);

afterEach(() => vi.restoreAllMocks());

it('seals on its thread what the cipher opens, however much it is told of at a time', async () => {
  const cipher = cipherOf(1);
  const here = vi.spyOn(cipher, 'sealAll');
  const thread = new SealingThread(cipher);
  const batches = [100, 51, 2_000].map(valuesOf);
  const sealed = await Promise.all(batches.map((values) => thread.sealAll(values)));
  expect(sealed.map((values) => opened(cipher, values))).toEqual(batches.map(textsOf));
  expect(here).not.toHaveBeenCalled();
});

it('seals few here', async () => {
  const cipher = cipherOf(1);
  const here = vi.spyOn(cipher, 'sealAll');
  const values = valuesOf(50);
  expect(opened(cipher, await new SealingThread(cipher).sealAll(values))).toEqual(textsOf(values));
  expect(here).toHaveBeenCalledOnce();
});

it('seals with another key once there is one', async () => {
  const cipher = cipherOf(1);
  const thread = new SealingThread(cipher);
  const before = await thread.sealAll(valuesOf(60));
  cipher.load({ dataKeys: new Map([[2, randomBytes(32)]]), sealsWith: 2 });
  const after = await thread.sealAll(valuesOf(60));
  expect([before, after].map(({ bytes }) => bytes.readUInt32BE(1))).toEqual([1, 2]);
  expect([before, after].map((sealed) => opened(cipher, sealed))).toEqual([textsOf(valuesOf(60)), textsOf(valuesOf(60))]);
});

it('uses no nonce twice under a key, on its thread or beside it', async () => {
  const cipher = cipherOf(1);
  const thread = new SealingThread(cipher);
  const all = await Promise.all([thread.sealAll(valuesOf(200)), thread.sealAll(valuesOf(20)), thread.sealAll(valuesOf(200))]);
  const headers = all.flatMap(({ bytes, sizes }) => {
    let at = 0;
    return sizes.map((size) =>
      bytes
        .subarray(at, (at += size))
        .subarray(5, 33)
        .toString('hex'),
    );
  });
  expect(new Set(headers).size).toBe(420);
});

it('seals here what was waiting for a thread that ends, and what comes next on another one', async () => {
  const cipher = cipherOf(1);
  const thread = new SealingThread(cipher);
  const values = valuesOf(100);
  const noText = [...values.slice(1), { text: Object('{}') as string, aad: 'row:99' }];
  const [first, second] = [thread.sealAll(noText), thread.sealAll(values)];
  await expect(first).rejects.toThrow('must be of type string');
  expect(opened(cipher, await second)).toEqual(textsOf(values));
  const here = vi.spyOn(cipher, 'sealAll');
  expect(opened(cipher, await thread.sealAll(values))).toEqual(textsOf(values));
  expect(here).not.toHaveBeenCalled();
});
