export { logsEnv, logsOptions } from './logs.config.js';
export { LogsModule } from './logs.module.js';
export {
  type FinalState,
  LogStore,
  type MessageRow,
  type OperationEnd,
  type OperationError,
  type OperationStart,
  type OperationState,
  type OperationType,
  type StoredOperation,
} from './log-store.js';
export { MemoryLogStore } from './memory-log-store.js';
export { logsMigrations } from './migrations/index.js';
export { type Operation, OperationLog } from './operation-log.js';
