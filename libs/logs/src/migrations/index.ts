import { Logs1764000000100 } from './1764000000100-logs.js';
import { CheaperLogs1764000000101 } from './1764000000101-cheaper-logs.js';

/** Migrations of the log store in the control plane's database, oldest first. */
export const logsMigrations = [Logs1764000000100, CheaperLogs1764000000101];
