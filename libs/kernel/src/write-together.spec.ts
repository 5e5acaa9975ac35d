import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { writeTogether } from './write-together.js';

/** A stream that notes what is written at once. */
class Noted extends Writable {
  readonly writes: string[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk.toString());
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.writes.push(chunks.map(({ chunk }) => chunk.toString()).join(''));
    done();
  }
}

it('writes what a turn brings at once, before what waits for the next turn goes on', async () => {
  const stream = new Noted();
  for (const text of ['a', 'b', 'c']) {
    writeTogether(stream);
    stream.write(text);
  }
  expect(stream.writes).toEqual([]);
  await setImmediate();
  expect(stream.writes).toEqual(['abc']);
});

it('lets go each turn, however much comes', async () => {
  const stream = new Noted();
  for (const text of ['a', 'b', 'c']) {
    writeTogether(stream);
    stream.write(text);
    await setImmediate();
  }
  expect(stream.writes).toEqual(['a', 'b', 'c']);
});
