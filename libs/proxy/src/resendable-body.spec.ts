import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { resendable } from './resendable-body.js';

const chunks = (...parts: string[]) =>
  Readable.from(
    parts.map((part) => Buffer.from(part)),
    { objectMode: false },
  );

/** Reads one chunk and gives up, as an attempt does whose connection breaks. */
async function breakOff(stream: Readable): Promise<string> {
  for await (const chunk of stream as AsyncIterable<Buffer>) return chunk.toString();
  return '';
}

describe('a request body', () => {
  it('that is here as a whole can be sent again and again', () => {
    const body = resendable(Buffer.from('x'), false);
    expect([body.take(), body.take(), body.canResend]).toEqual([Buffer.from('x'), Buffer.from('x'), true]);
    expect(resendable(undefined, true).take()).toBeNull();
  });

  it('that streams is sent once where no other attempt can follow, and outlives the attempt', async () => {
    const source = new Readable({ read: () => undefined });
    const body = resendable(source, false);
    expect(body.canResend).toBe(true);
    source.push('a');
    expect(await breakOff(body.take() as Readable)).toBe('a');
    expect([body.canResend, source.destroyed]).toEqual([false, false]);
  });

  it('that streams is sent again from its beginning, wherever the attempt before broke off', async () => {
    const source = new Readable({ read: () => undefined });
    const body = resendable(source, true);
    source.push('one ');
    expect(await breakOff(body.take() as Readable)).toBe('one ');
    source.push('two ');
    expect(await breakOff(body.take() as Readable)).toMatch(/^one /);
    source.push('three');
    source.push(null);
    expect(await text(body.take() as Readable)).toBe('one two three');
    expect(await text(body.take() as Readable)).toBe('one two three');
    expect(body.canResend).toBe(true);
  });

  it('is not read before an attempt wants it, nor faster than the attempt takes it', async () => {
    let produced = 0;
    const source = new Readable({ highWaterMark: 1_000, read: () => void source.push(Buffer.alloc(1_000, ++produced)) });
    const body = resendable(source, true);
    expect(produced).toBe(0);
    const attempt = body.take() as Readable;
    attempt.once('readable', () => undefined);
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    expect(produced).toBeGreaterThan(1);
    expect(produced).toBeLessThan(100);
    attempt.destroy();
    const stopped = produced;
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    expect(produced).toBeLessThanOrEqual(stopped + 1);
    source.destroy();
  });

  it('may be read away by its owner once nobody wants it, and is not held for that', async () => {
    const source = new Readable({ read: () => undefined });
    const body = resendable(source, true, 8);
    source.push('12345');
    await breakOff(body.take() as Readable);
    source.push('67890');
    source.push(null);
    await new Promise((resolve) => void source.once('end', resolve).resume());
    expect(body.canResend).toBe(false);
  });

  it('loses nothing that an abandoned attempt was still waiting for', async () => {
    const source = new Readable({ read: () => undefined });
    const body = resendable(source, true);
    const first = body.take() as Readable;
    const waiting = first.once('error', () => undefined).read() as null;
    first.destroy();
    const second = text(body.take() as Readable);
    source.push('late');
    source.push(null);
    expect([waiting, await second]).toEqual([null, 'late']);
  });

  it('that is longer than the limit is sent whole, once', async () => {
    const body = resendable(chunks('12345', '67890', 'abc'), true, 8);
    expect(body.canResend).toBe(true);
    expect((await buffer(body.take() as Readable)).toString()).toBe('1234567890abc');
    expect(body.canResend).toBe(false);
  });

  it('that fails fails the attempt', async () => {
    const source = new Readable({ read: () => undefined });
    const body = resendable(source, true);
    const read = text(body.take() as Readable);
    source.destroy(new Error('client gone'));
    await expect(read).rejects.toThrow('client gone');
    await expect(text(resendable(source, true).take() as Readable)).rejects.toThrow('client gone');
    await expect(text(body.take() as Readable)).rejects.toThrow('client gone');
  });

  it('that breaks off without a word breaks off the attempt', async () => {
    const source = new Readable({ read: () => undefined });
    const read = text(resendable(source, true).take() as Readable);
    source.push('half');
    setImmediate(() => source.destroy());
    await expect(read).rejects.toThrow('broke off');
  });
});
