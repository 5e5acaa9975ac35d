import { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import { loadCipher, parseRootKeys } from '#libs/crypto';
import { Database, openDataSource, postgresOptions } from '#libs/database';
import { LiveResults } from './live-results.js';

/** What the lib's stores need, on a migrated database. */
export interface TestStores {
  readonly source: DataSource;
  readonly db: Database;
  readonly cipher: Awaited<ReturnType<typeof loadCipher>>;
  readonly environmentId: number;
  close(): Promise<void>;
}

export async function testStores(url: string, encryptionKey: string): Promise<TestStores> {
  const source = await openDataSource(postgresOptions({ url, poolMax: 10, ssl: false, applicationName: 'test' }));
  const [environment] = await source.query<[{ id: number }]>(`SELECT id FROM environments WHERE name = 'dev'`);
  return {
    source,
    db: new Database(source),
    cipher: await loadCipher(source, parseRootKeys(encryptionKey)),
    environmentId: environment.id,
    close: () => source.destroy(),
  };
}

/** Live results as one replica has them. */
export interface TestReplica {
  readonly results: LiveResults;
  /** Breaks its connections; they come back by themselves. */
  cut(): Promise<void>;
  close(): void;
}

export function testReplica(url: string): TestReplica {
  const connect = () => new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  const commands = connect();
  const made: Redis[] = [commands];
  const results = new LiveResults(commands, () => {
    const redis = connect();
    made.push(redis);
    return redis;
  });
  results.onModuleInit();
  return {
    results,
    cut: async () => {
      const back = made.map((redis) => new Promise((resolve) => void redis.once('ready', resolve)));
      for (const redis of made) redis.disconnect(true);
      await Promise.all(back);
    },
    close: () => {
      for (const redis of made) redis.disconnect();
    },
  };
}
