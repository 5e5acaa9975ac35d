import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SnapshotAnswer, SnapshotRequest } from './protocol.js';
import { generalSnapshots, takeSnapshot } from './snapshots.js';

/**
 * A process that takes the snapshots of the prelude, or one of a function, and ends. Evaluating a body for a snapshot cannot be interrupted
 * from inside, so the supervisor gives it a time and kills it.
 */
const PRELUDE = fileURLToPath(new URL('../../prelude.js', import.meta.url));

function answer(request: SnapshotRequest): SnapshotAnswer {
  const prelude = readFileSync(PRELUDE, 'utf8');
  return request.type === 'general' ? generalSnapshots(prelude) : takeSnapshot(prelude, request.code, request.scriptName);
}

process.once('message', (request: SnapshotRequest) => {
  process.send?.(answer(request), () => process.disconnect());
});
process.once('disconnect', () => process.exit(0));
