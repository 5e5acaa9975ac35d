export type {
  ChildOptions,
  FromChild,
  FunctionSnapshot,
  Origin,
  RunCost,
  RunLimits,
  RunResult,
  RunSpec,
  StopReason,
  ToChild,
  WarmLimits,
} from './child/protocol.js';
export { snapshotKeys } from './snapshot-key.js';

export { type SandboxFiles, sandboxFiles } from './sandbox-files.js';
