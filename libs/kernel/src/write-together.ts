import type { Writable } from 'node:stream';

const held = new WeakSet<Writable>();

/**
 * Has what is written to a stream from now on leave together, before anything goes on that waits for the next turn of the event loop from now
 * on: each write costs more than most of what it carries, and wakes who reads.
 */
export function writeTogether(stream: Writable): void {
  // Once a turn: holds that overlap would never let go.
  if (held.has(stream)) return;
  held.add(stream);
  stream.cork();
  setImmediate(() => {
    held.delete(stream);
    stream.uncork();
  });
}
