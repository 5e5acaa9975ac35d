import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Cipher } from '#libs/crypto';
import { testDatabase } from '#libs/testing';
import { recordsDataSourceOptions } from './data-source.js';
import { createRecords, type RecordsExtras } from './records.module.js';
import type { Records } from './records.service.js';
import type { BatchScope, DatasetScope } from './records.types.js';

export interface TestRecords {
  readonly records: Records;
  readonly source: DataSource;
  close(): Promise<void>;
}

/** The record store on a migrated database, with a key of its own. */
export async function testRecords(url: string, extras: RecordsExtras = {}): Promise<TestRecords> {
  const source = await new DataSource(recordsDataSourceOptions(url)).initialize();
  return {
    records: createRecords(source, new Cipher(new Map([[1, randomBytes(32)]])), extras),
    source,
    close: () => source.destroy(),
  };
}

/** The same on a database of its own. */
export async function ownTestRecords(extras: RecordsExtras = {}): Promise<TestRecords & { readonly url: string }> {
  const database = await testDatabase();
  const store = await testRecords(database.url, extras);
  const close = async () => {
    await store.close();
    await database.close();
  };
  return { ...store, url: database.url, close };
}

let lastConnection = 0;

/** A dataset nobody else writes to. */
export const newDataset = (): DatasetScope => ({ environmentId: 1, connectionId: ++lastConnection, model: 'Item' });

export const newRun = (): string => randomUUID();

/** A new batch of a run. */
export const batchOf = (dataset: DatasetScope, runId: string = newRun()): BatchScope => ({
  ...dataset,
  runId,
  batchId: randomUUID(),
});
