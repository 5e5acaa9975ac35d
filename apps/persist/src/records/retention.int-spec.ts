import 'reflect-metadata';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Database } from '#libs/database';
import type { RunningApp } from '#libs/http';
import { type DatasetScope, Records } from '#libs/records';
import { type SyncedDataset, SyncedDatasets } from '#libs/scheduling';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { bootstrap } from '../bootstrap.js';
import { IdleDatasets } from './idle-datasets.service.js';

const { publicKey } = generateKeyPairSync('ed25519');
const OFF = { PERSIST_AUTO_PRUNING_INTERVAL_MS: '0', PERSIST_AUTO_DELETING_INTERVAL_MS: '0' };

let database: TestDatabase;
let redis: TestRedis;
let lastConnection = 0;

beforeAll(async () => {
  database = await testDatabase();
  redis = await testRedis();
});

afterAll(async () => {
  await redis.close();
  await database.close();
});

async function withPersist(
  env: Record<string, string>,
  work: (app: RunningApp, records: Records) => Promise<void>,
): Promise<void> {
  const app = await bootstrap({
    NANGO_DATABASE_URL: database.url,
    NANGO_REDIS_URL: redis.url,
    NANGO_ENCRYPTION_KEY: database.encryptionKey,
    FAIRLEAD_EXECUTION_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    NANGO_PERSIST_PORT: '0',
    LOG_LEVEL: 'silent',
    ...OFF,
    ...env,
  });
  try {
    await work(app, app.app.get(Records, { strict: false }));
  } finally {
    await app.close();
  }
}

async function saved(records: Records): Promise<DatasetScope> {
  const dataset = { environmentId: 1, connectionId: ++lastConnection, model: 'Contact' };
  await records.saveBatch({ ...dataset, runId: randomUUID(), batchId: 'b', records: [{ id: '1', name: 'Ada' }, { id: '2' }] });
  return dataset;
}

const shown = async (records: Records, dataset: DatasetScope) => (await records.page(dataset)).records;

it('empties stale payloads by itself', () =>
  withPersist({ PERSIST_AUTO_PRUNING_INTERVAL_MS: '10', PERSIST_AUTO_PRUNING_STALE_AFTER_MS: '1' }, async (_app, records) => {
    const dataset = await saved(records);
    const prunedAt = async () =>
      (await shown(records, dataset)).map(
        ({ _nango_metadata: metadata }) => (metadata as { pruned_at: string | null }).pruned_at,
      );
    await expect.poll(async () => (await prunedAt()).every((at) => at !== null), { timeout: 10_000 }).toBe(true);
    expect((await shown(records, dataset))[0]).not.toHaveProperty('name');
  }));

it('removes by itself what no sync keeps', () =>
  withPersist({ PERSIST_AUTO_DELETING_INTERVAL_MS: '10', PERSIST_AUTO_DELETING_STALE_AFTER_MS: '1' }, async (_app, records) => {
    const dataset = await saved(records);
    await expect.poll(() => shown(records, dataset), { timeout: 10_000 }).toEqual([]);
    expect(await records.counts(dataset.connectionId)).toMatchObject([{ model: 'Contact', count: 0 }]);
  }));

it('keeps what a live sync keeps, however long ago it changed', () =>
  withPersist({}, async (app, records) => {
    const [kept, gone] = [await saved(records), await saved(records)];
    class OneSync extends SyncedDatasets {
      override since(): Promise<SyncedDataset[]> {
        return Promise.resolve([kept]);
      }
    }
    const options = { pruneEveryMs: 0, pruneAfterMs: 1, pruneSlice: 1, deleteEveryMs: 10, deleteAfterMs: 1, deleteSlice: 1 };
    const sweep = new IdleDatasets(records, new OneSync(app.app.get(Database, { strict: false })), options);
    sweep.onApplicationBootstrap();
    await expect.poll(() => shown(records, gone), { timeout: 10_000 }).toEqual([]);
    await sweep.beforeApplicationShutdown();
    expect(await shown(records, kept)).toHaveLength(2);
  }));
