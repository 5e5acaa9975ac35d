import type { Writable } from 'node:stream';

const ONE_WRITE_BYTES = 8 * 1024;

let waiting: [to: Writable, chunk: Buffer | undefined][] = [];

/**
 * Ends an answer at the end of this turn of the event loop, together with all others that are complete by then. A write wakes its reader,
 * which costs more than all else that is done for a call; of writes in a row the first one alone does.
 */
export function endSoon(to: Writable, chunk: Buffer | undefined): void {
  waiting.push([to, chunk]);
  if (waiting.length === 1) setImmediate(leave);
}

function leave(): void {
  const leaving = waiting;
  waiting = [];
  for (const [to, chunk] of leaving) end(to, chunk);
}

/** Short bytes as text of one byte a character join the head of an HTTP answer, and leave with it in one write. */
function end(to: Writable, chunk: Buffer | undefined): void {
  if (chunk && chunk.length <= ONE_WRITE_BYTES) to.end(chunk.toString('latin1'), 'latin1');
  else to.end(chunk);
}
