import type { z } from 'zod';
import { checkpoint as checkpointSchema, type CheckpointState } from '#libs/contracts';
import { HostError, sdkError } from './host-error.js';
import type { Operation } from './operation.js';
import type { RunContext } from './run-context.js';

const keyOf = (run: RunContext): string => `key=${encodeURIComponent(run.request.function.checkpointKey)}`;

/** Reads the checkpoint and learns its version; the first one read is where the run came from. */
async function read(run: RunContext): Promise<CheckpointState> {
  const state = await run.persist<CheckpointState>('GET', `/checkpoint?${keyOf(run)}`);
  run.checkpointVersion = state.version;
  if (run.checkpointFrom === undefined) run.checkpointFrom = state.checkpoint;
  return state;
}

const versionOf = async (run: RunContext): Promise<number> => run.checkpointVersion ?? (await read(run)).version;

function remember(run: RunContext, state: CheckpointState): null {
  run.checkpointVersion = state.version;
  run.checkpointTo = state.checkpoint;
  return null;
}

/** The field that is wrong, where one is. */
function whereOf({ issues: [issue] }: z.ZodError): string {
  const path = issue?.path.join('.') ?? '';
  return path === '' ? '' : ` (${path})`;
}

/** Checkpoints of the run's function (spec/functions.md §2.5); a writer that lost the race is told so. */
export const checkpointOperations: Record<string, Operation> = {
  'checkpoint.get': async (run) => (await read(run)).checkpoint,
  'checkpoint.save': async (run, { checkpoint }) => {
    const parsed = checkpointSchema.safeParse(checkpoint);
    if (!parsed.success) {
      throw new HostError({
        name: 'Error',
        message: `Error saving checkpoint: only text, numbers and booleans can be saved, as fields of one object${whereOf(parsed.error)}`,
      });
    }
    const body = { key: run.request.function.checkpointKey, checkpoint: parsed.data, expectedVersion: await versionOf(run) };
    try {
      remember(run, await run.persist<CheckpointState>('PUT', '/checkpoint', JSON.stringify(body)));
    } catch (error) {
      if (error instanceof HostError)
        throw new HostError({ ...error.facts, message: `Error saving checkpoint: ${error.message}` });
      throw error;
    }
    if (run.isToBeInterrupted) throw sdkError('execution_interrupted', 'the time of the run is nearly up: it goes on from here');
    return null;
  },
  'checkpoint.clear': async (run) => {
    const version = await versionOf(run);
    return remember(run, await run.persist<CheckpointState>('DELETE', `/checkpoint?${keyOf(run)}&expectedVersion=${version}`));
  },
  'lock.acquire': async (run, { key, ttlMs }) => {
    run.holdsLocks = true;
    return (await run.persist<{ done: boolean }>('POST', '/locks/acquire', JSON.stringify({ key, ttlMs }))).done;
  },
  'lock.release': async (run, { key }) =>
    (await run.persist<{ done: boolean }>('POST', '/locks/release', JSON.stringify({ key }))).done,
  'lock.release-all': async (run) => (await run.persist<{ done: boolean }>('POST', '/locks/release-all')).done,
};
