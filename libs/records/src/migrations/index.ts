import { Records1764000000000 } from './1764000000000-records.js';
import { RecordRetention1764300000001 } from './1764300000001-record-retention.js';

/** Migrations of the record store, oldest first. */
export const recordsMigrations = [Records1764000000000, RecordRetention1764300000001];
