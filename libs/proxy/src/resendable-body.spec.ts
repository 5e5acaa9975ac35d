import { once } from 'node:events';
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

  it('that streams is sent once where no other attempt can follow', async () => {
    const body = resendable(chunks('a', 'b'), false);
    expect([await text(body.take() as Readable), body.canResend]).toEqual(['ab', false]);
  });

  it('that streams outlives the attempt that does away with it, and is read away', async () => {
    const owner = chunks('one', 'two', 'three');
    expect(await breakOff(resendable(owner, false).take() as Readable)).toBe('one');
    await once(owner, 'end');
    expect(owner.errored).toBeNull();
  });

  it('that streams fails where what it comes from breaks off', async () => {
    const owner = new Readable({ read: () => undefined });
    const read = text(resendable(owner, false).take() as Readable);
    owner.push('half');
    owner.destroy();
    await expect(read).rejects.toThrow('broke off');
  });

  it('that streams is sent again from its beginning, wherever the attempt before broke off', async () => {
    const body = resendable(chunks('one ', 'two ', 'three'), true);
    expect(await breakOff(body.take() as Readable)).toMatch(/^one /);
    expect(await breakOff(body.take() as Readable)).toMatch(/^one /);
    expect(await text(body.take() as Readable)).toBe('one two three');
    expect(await text(body.take() as Readable)).toBe('one two three');
    expect(body.canResend).toBe(true);
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

  it('that no attempt follows any more is read away, at once or after the one under way', async () => {
    const [unread, half] = [chunks('one', 'two'), chunks('one', 'two')];
    const ends = Promise.all([once(unread, 'end'), once(half, 'end')]);
    resendable(unread, true).release();
    const body = resendable(half, true);
    const attempt = body.take() as Readable;
    body.release();
    expect(await breakOff(attempt)).toMatch(/^one/);
    await ends;
  });

  it('that fails fails the attempt', async () => {
    const source = new Readable({ read: () => undefined });
    const body = resendable(source, true);
    const read = text(body.take() as Readable);
    source.destroy(new Error('client gone'));
    await expect(read).rejects.toThrow('client gone');
  });
});
