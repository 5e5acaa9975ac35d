/** Deployed functions: what runs, in which version, and its code (spec/functions.md §1, spec/api.md §3.3 and §3.13). */
export { type DeployLock, DeployLocks } from './deploy-locks.service.js';
export { type BundleScope, planBundle } from './domain/bundle-plan.js';
export {
  type DeployMode,
  type DeployPayload,
  type DeployPlan,
  droppedModels,
  planDeploy,
  type PlannedFunction,
} from './domain/deploy-plan.js';
export { planRollback } from './domain/rollback-plan.js';
export { FunctionVersions } from './function-versions.service.js';
export { FunctionsModule } from './functions.module.js';
export { Functions, hashOfCode } from './functions.service.js';
export { UnusedCode } from './unused-code.service.js';
export type {
  DeployedFunction,
  FunctionDefinition,
  FunctionEndpoint,
  FunctionFilters,
  FunctionSource,
  FunctionType,
  FunctionVersion,
  FunctionVersionRef,
  IncomingFunction,
  Page,
  Paging,
} from './functions.types.js';
