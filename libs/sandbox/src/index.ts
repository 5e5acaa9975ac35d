export type {
  ChildOptions,
  FromChild,
  FunctionSnapshot,
  GeneralSnapshots,
  Origin,
  RunCost,
  RunLimits,
  RunResult,
  RunSpec,
  SnapshotAnswer,
  SnapshotRequest,
  StopReason,
  ToChild,
  WarmLimits,
} from './child/protocol.js';
export { Outbox } from './child/outbox.js';
export { snapshotKeys } from './snapshot-key.js';

export { type SandboxFiles, sandboxFiles } from './sandbox-files.js';
