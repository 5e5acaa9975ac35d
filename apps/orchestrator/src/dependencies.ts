import type { Redis } from 'ioredis';
import { REDIS } from '#libs/cache';
import { Database } from '#libs/database';
import type { Dependency } from '#libs/http';

/** What the orchestrator cannot work without. */
export const dependencies: readonly Dependency[] = [
  { name: 'database', check: (modules) => modules.get(Database, { strict: false }).query('SELECT 1') },
  { name: 'redis', check: (modules) => modules.get<Redis>(REDIS, { strict: false }).ping() },
];
