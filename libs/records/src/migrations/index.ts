import { Records1764000000000 } from './1764000000000-records.js';

/** Migrations of the record store, oldest first. */
export const recordsMigrations = [Records1764000000000];
