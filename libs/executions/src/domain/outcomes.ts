import { type ExecutionKind, type FunctionError, type Outcome, scriptFailure } from '#libs/contracts';
import type { OperationEnd } from '#libs/logs';
import type { Overdue, OverdueExecution, Settlement } from '../executions.types.js';

/** The outcome of an execution that ended without running to its end. */
export const failedOutcome = (error: FunctionError): Outcome => ({ status: 'failed', error, durationMs: 0, proxyCalls: 0 });

/** Names of the deadlines, as clients of `POST /action/trigger` know them (spec/functions.md §4.3). */
export type ExpiryReason =
  | 'createdToStartedTimeoutSecs_exceeded'
  | 'startedToCompletedTimeoutSecs_exceeded'
  | 'heartbeatTimeoutSecs_exceeded';

export const expiredError = (id: string, reason: ExpiryReason, kind: ExecutionKind = 'action'): FunctionError =>
  scriptFailure(kind, `Task ${id} expired`, { payload: { reason } });

/** What ran the function is gone; the function itself may have done its work, or half of it. */
export const lostError = (message: string): FunctionError => ({
  code: 'function_runtime_other',
  status: 500,
  message,
  payload: {},
});

export const cancelledError = (reason: string): FunctionError => ({
  code: 'script_aborted',
  status: 410,
  message: reason,
  payload: {},
});

const EXPIRY_REASONS: Readonly<Record<Exclude<Overdue, 'worker_lost'>, ExpiryReason>> = {
  start_deadline: 'createdToStartedTimeoutSecs_exceeded',
  run_deadline: 'startedToCompletedTimeoutSecs_exceeded',
};

/** How an execution is settled that nobody settled in time. */
export function overdueSettlement({ id, kind, cause }: OverdueExecution): Settlement & { error: FunctionError } {
  return cause === 'worker_lost'
    ? { state: 'failed', error: lostError('the process that ran the function is gone') }
    : { state: 'expired', error: expiredError(id, EXPIRY_REASONS[cause], kind) };
}

/** How an outcome is recorded. */
export const settlementOf = (outcome: Outcome): Settlement =>
  outcome.status === 'succeeded' ? { state: 'succeeded', output: outcome.output } : { state: 'failed', error: outcome.error };

/** How the operation of an action ends. */
export function operationEndOf(outcome: Outcome): OperationEnd {
  const { durationMs, proxyCalls } = outcome;
  const meta = { durationMs, proxyCalls };
  if (outcome.status === 'succeeded') return { state: 'success', meta };
  const { code, message = code, payload } = outcome.error;
  return { state: 'failed', error: { message, type: code, payload }, meta };
}
