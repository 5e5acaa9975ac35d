import type { ExecutionState, FunctionError, Outcome } from '#libs/contracts';
import { failedOutcome } from './outcomes.js';

export interface Attempt {
  readonly state: ExecutionState;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly output: { readonly value: unknown } | undefined;
  readonly error: FunctionError | undefined;
}

const UNKNOWN: FunctionError = {
  code: 'action_script_failure',
  status: 500,
  message: 'The action script failed with an error',
  payload: {},
};

/**
 * What all attempts at one piece of work say, oldest first: the first success, else the last end. Only a failure is tried again, so
 * an attempt that expired or was cancelled is the last one.
 */
export function attemptsOutcome(attempts: readonly Attempt[]): Outcome | 'pending' | null {
  const last = attempts.at(-1);
  if (!last) return null;
  const success = attempts.find((attempt) => attempt.state === 'succeeded');
  if (success) return { status: 'succeeded', output: success.output?.value ?? null, durationMs: 0, proxyCalls: 0 };
  const isOpen = last.state === 'queued' || last.state === 'running';
  return isOpen ? 'pending' : failedOutcome(last.error ?? UNKNOWN);
}

/** Whether a failed attempt is followed by another. */
export const hasNextAttempt = ({ attempt, maxAttempts }: Pick<Attempt, 'attempt' | 'maxAttempts'>): boolean =>
  attempt + 1 < maxAttempts;
