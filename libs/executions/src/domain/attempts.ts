import type { ExecutionState, FunctionError, Outcome } from '#libs/contracts';
import { backoffMs } from '#libs/kernel';
import { failedOutcome } from './outcomes.js';

export interface Attempt {
  readonly state: ExecutionState;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly output: { readonly value: unknown } | undefined;
  readonly error: FunctionError | undefined;
}

type AttemptCount = Pick<Attempt, 'attempt' | 'maxAttempts'>;

const UNKNOWN: FunctionError = {
  code: 'action_script_failure',
  status: 500,
  message: 'The action script failed with an error',
  payload: {},
};

/**
 * What all attempts at one piece of work say, oldest first: the first success, else the last end. Whatever ended without success is
 * tried again while attempts are left; what was cancelled is not, so it is the last one.
 */
export function attemptsOutcome(attempts: readonly Attempt[]): Outcome | 'pending' | null {
  const last = attempts.at(-1);
  if (!last) return null;
  const success = attempts.find((attempt) => attempt.state === 'succeeded');
  if (success) return { status: 'succeeded', output: success.output?.value ?? null, durationMs: 0, proxyCalls: 0 };
  const isOpen = last.state === 'queued' || last.state === 'running';
  return isOpen ? 'pending' : failedOutcome(last.error ?? UNKNOWN);
}

/** Attempts wait, so that what failed has time to recover; others of the environment run meanwhile. */
const BACKOFF = { baseMs: 1_000, factor: 2, maxMs: 60_000 };
/** The same input would be refused again. */
const NOT_AGAIN: ReadonlySet<string> = new Set(['invalid_action_input']);

/** When a failed attempt is followed by another; undefined where it was the last. */
export function nextAttemptAt({ attempt, maxAttempts }: AttemptCount, error: FunctionError, now: Date): Date | undefined {
  if (attempt + 1 >= maxAttempts || NOT_AGAIN.has(error.code)) return undefined;
  return new Date(now.getTime() + backoffMs(attempt, BACKOFF));
}

/** How an execution of one attempt ended; undefined where its row alone does not hold the answer. */
export function endedOutcome({ output, error }: Pick<Attempt, 'output' | 'error'>): Outcome | undefined {
  if (error) return failedOutcome(error);
  return output && { status: 'succeeded', output: output.value, durationMs: 0, proxyCalls: 0 };
}
