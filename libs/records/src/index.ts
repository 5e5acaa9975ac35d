export { RecordsDatabase, recordsDataSourceOptions } from './data-source.js';
export { recordsMigrations } from './migrations/index.js';
export { recordsEnv, recordsOptions, recordsReadEnv } from './records.config.js';
export { createRecords, RecordsModule } from './records.module.js';
export { Records } from './records.service.js';
export { recordsSealedColumns } from './sealed-columns.js';
export type {
  BatchScope,
  DatasetCount,
  DatasetScope,
  IdleDataset,
  PageQuery,
  RecordAction,
  RecordsPageText,
  WriteBatch,
} from './records.types.js';
