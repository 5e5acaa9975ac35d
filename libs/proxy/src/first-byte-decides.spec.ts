import { once } from 'node:events';
import { pipeline, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import { createInflate, createInflateRaw, deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { firstByteDecides } from './first-byte-decides.js';

const bytes = (...parts: Buffer[]) => Readable.from(parts, { objectMode: false });
const inflating = () => firstByteDecides((first) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw()));
const TEXT = Buffer.alloc(3_000_000, 'inflate me ');

describe('a transformation that the first byte chooses', () => {
  it.each([deflateSync(TEXT), deflateRawSync(TEXT)])('is the right one', async (coded) => {
    expect((await buffer(bytes(coded.subarray(0, 1), coded.subarray(1)).compose(inflating()))).equals(TEXT)).toBe(true);
  });

  it('makes nothing of nothing', async () => {
    expect(await buffer(Readable.from([]).compose(inflating()))).toHaveLength(0);
  });

  it('fails as the chosen one fails', async () => {
    const decoded = pipeline(bytes(deflateSync(TEXT).subarray(0, 100)), inflating(), () => undefined);
    await expect(buffer(decoded)).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
  });

  it('takes no more than its reader does', async () => {
    const unread = inflating();
    const source = bytes(...Array.from({ length: 50 }, () => deflateSync(TEXT)));
    source.pipe(unread);
    await once(unread, 'readable');
    await setImmediate();
    expect(unread.readableLength).toBeLessThan(200_000);
    unread.destroy();
  });
});
