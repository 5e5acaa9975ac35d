import { Redis } from 'ioredis';
import { inject } from 'vitest';
import { createDatabase } from './databases.js';

export interface TestDatabase {
  /** Address of a migrated database no other spec file sees: control plane, logs and records in one. */
  readonly url: string;
  /** `NANGO_ENCRYPTION_KEY` its data key is wrapped under. */
  readonly encryptionKey: string;
  close(): Promise<void>;
}

/** A database of this spec file, copied from the one that was migrated at the start of the run. */
export async function testDatabase(): Promise<TestDatabase> {
  const template = inject('template');
  const database = await createDatabase(inject('stores').databaseUrl, template.name);
  return { url: database.url, encryptionKey: template.encryptionKey, close: () => database.drop() };
}

export interface TestRedis {
  /** Address of an empty database of a Redis; channels are shared with other spec files, keys are not. */
  readonly url: string;
  close(): Promise<void>;
}

/** An empty Redis database of this spec file. */
export async function testRedis(): Promise<TestRedis> {
  const url = new URL(inject('stores').redisUrl);
  // One worker runs one file at a time, so its number is nobody else's.
  url.pathname = `/${Number(process.env['VITEST_POOL_ID'] ?? 1)}`;
  const empty = async () => {
    const redis = new Redis(url.href);
    try {
      await redis.flushdb();
    } finally {
      redis.disconnect();
    }
  };
  await empty();
  return { url: url.href, close: empty };
}
