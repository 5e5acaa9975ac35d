import { setFlagsFromString } from 'node:v8';

const MAKE_ANEW = '--rehash-snapshot';
const KEEP = '--no-rehash-snapshot';
/** Whether that was said last; the engine begins with the other. */
let isKept = false;

/**
 * What is restored from a snapshot keeps the hashes that are in it. Making them anew costs each isolate a tenth of its time, and is of no
 * use: the seed belongs to the process, and all processes of a runner are started with the same one (`--hash-seed`).
 */
export function keepHashes(): void {
  if (!isKept) setFlagsFromString(KEEP);
  isKept = true;
}

/** Takes a snapshot. It starts from the engine's own, whose seed is known to everybody. */
export function withNewHashes<Value>(take: () => Value): Value {
  setFlagsFromString(MAKE_ANEW);
  isKept = false;
  return take();
}
