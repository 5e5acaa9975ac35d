import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { takeSnapshot } from './snapshots.js';

/**
 * A process that takes one snapshot of one function and ends. Evaluating a body for a snapshot cannot be interrupted from inside, so the
 * supervisor gives it a time and kills it.
 */
const PRELUDE = fileURLToPath(new URL('../../prelude.js', import.meta.url));

process.once('message', ({ code, scriptName }: { code: string; scriptName: string }) => {
  const taken = takeSnapshot(readFileSync(PRELUDE, 'utf8'), code, scriptName);
  process.send?.(taken, () => process.disconnect());
});
process.once('disconnect', () => process.exit(0));
