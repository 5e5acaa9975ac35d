/** Dry runs and deployments of functions sent as source (spec/api.md §3.14). */
export { FunctionJobsModule } from './function-jobs.module.js';
export { FunctionJobs } from './function-jobs.service.js';
export type { FunctionJob, FunctionJobEnd, FunctionJobError, FunctionJobFacts } from './function-jobs.types.js';
export { functionJobsSealedColumns } from './sealed-columns.js';
