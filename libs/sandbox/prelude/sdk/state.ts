import type { Ask } from '../bridge.js';

type Checkpoint = Record<string, string | number | boolean>;

/** Dates are the one rich value authors put into checkpoints; they travel as ISO text. */
function flat(checkpoint: unknown): unknown {
  if (typeof checkpoint !== 'object' || checkpoint === null || Array.isArray(checkpoint)) return checkpoint;
  return Object.fromEntries(
    Object.entries(checkpoint).map(([key, value]) => [key, value instanceof Date ? value.toISOString() : (value as unknown)]),
  );
}

/** Checkpoints and locks (spec/functions.md §2.5). */
export const stateMethods = (ask: Ask) => ({
  getCheckpoint: () => ask<Checkpoint | null>('checkpoint.get', {}),
  saveCheckpoint: async (checkpoint: Record<string, unknown>) =>
    void (await ask('checkpoint.save', { checkpoint: flat(checkpoint) })),
  clearCheckpoint: async () => void (await ask('checkpoint.clear', {})),
  tryAcquireLock: (lock: { key: string; ttlMs: number }) => ask<boolean>('lock.acquire', lock),
  releaseLock: (lock: { key: string }) => ask<boolean>('lock.release', lock),
  releaseAllLocks: async () => void (await ask('lock.release-all', {})),
});
