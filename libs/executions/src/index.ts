export { ActionAnswers } from './action-answers.js';
export { ActionKeys, type KeyUse } from './action-keys.js';
export { Backlog } from './backlog.js';
export { AsyncActions, type Cancellation, type NewAsyncAction } from './async-actions.js';
export { ControlChannel } from './control-channel.js';
export { type Decision, Decisions } from './decisions.js';
export { Dispatcher } from './dispatcher.js';
export type { Caps, OwnCaps } from './domain/caps.js';
export { LIMITS, WORKER_HEARTBEAT_MS } from './domain/limits.js';
export {
  cancelledError,
  expiredError,
  failedOutcome,
  lostError,
  operationEndOf,
  overdueSettlement,
  settlementOf,
} from './domain/outcomes.js';
export { type CapsReport, ExecutionCaps } from './execution-caps.js';
export { executionsEnv, type ExecutionsOptions, executionsOptions } from './executions.config.js';
export { AsyncActionsModule, ExecutionsModule } from './executions.module.js';
export { Executions } from './executions.service.js';
export type {
  ActionJob,
  Execution,
  FinalState,
  NewAction,
  NewExecution,
  Overdue,
  OverdueExecution,
  Settled,
  Settlement,
  StoredKind,
} from './executions.types.js';
export { LedgerPartitions } from './ledger-partitions.js';
export { Reconciler } from './reconciler.js';
export { executionsSealedColumns } from './sealed-columns.js';
export { WorkersRepository as Workers } from './workers.repository.js';
