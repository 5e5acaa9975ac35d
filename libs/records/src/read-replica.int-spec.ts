import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Cipher } from '#libs/crypto';
import { type ReplicatedPostgres, startReplicated } from '#libs/testing';
import { recordsDataSourceOptions, RecordsReplica } from './data-source.js';
import { createRecords } from './records.module.js';
import type { Records } from './records.service.js';
import type { DatasetScope } from './records.types.js';
import { batchOf, newDataset } from './test-records.js';

const CHANGES = 60;
const BATCH = 5;
/** While the standby is held back, and while it follows. */
const TURN = 15;

let postgres: ReplicatedPostgres;
let source: DataSource;
let standby: RecordsReplica;
let records: Records;
/** For each page since: whether the replica could answer it. */
let answered: boolean[];

const open = (url: string) => new DataSource(recordsDataSourceOptions(url)).initialize();

beforeAll(async () => {
  postgres = await startReplicated(async (url) => {
    const primary = await open(url);
    await primary.runMigrations();
    await primary.destroy();
  });
  source = await open(postgres.primaryUrl);
  standby = new RecordsReplica(postgres.standbyUrl);
  records = createRecords(source, new Cipher(new Map([[1, randomBytes(32)]])), { replica: { query } });
}, 60_000);
afterAll(async () => {
  await standby.close();
  await source.destroy();
  await postgres.stop();
});
beforeEach(() => void (answered = []));

async function query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
  const rows = await standby.query<Row>(sql, parameters);
  answered.push((rows as { seen?: boolean }[])[0]?.seen === true);
  return rows;
}

const save = (dataset: DatasetScope, ...ids: string[]) =>
  records.saveBatch({ ...batchOf(dataset), records: ids.map((id) => ({ id })) });
const read = async (dataset: DatasetScope, more = {}) =>
  (await records.page({ ...dataset, ...more })).records.map(({ id }) => String(id));

/** What a page holds, once the standby answers it. */
async function readFromStandby(dataset: DatasetScope, more = {}): Promise<string[]> {
  let ids: string[] = [];
  await expect
    .poll(
      async () => {
        ids = await read(dataset, more);
        return answered.at(-1);
      },
      { timeout: 10_000, interval: 5 },
    )
    .toBe(true);
  return ids;
}

it('answers from a standby that has seen the latest change, and from the primary as long as it has not', async () => {
  const dataset = newDataset();
  expect(await read(dataset)).toEqual([]);
  await save(dataset, 'a', 'b');
  expect(await readFromStandby(dataset)).toEqual(['a', 'b']);
  const atEnd = await records.latestCursor(dataset.connectionId, dataset.model);
  await postgres.holdBack();
  await save(dataset, 'c');
  expect(await read(dataset)).toEqual(['a', 'b', 'c']);
  expect(await read(dataset, { cursor: atEnd })).toEqual(['c']);
  expect(answered.slice(-2)).toEqual([false, false]);
  await postgres.goOn();
  expect(await readFromStandby(dataset, { cursor: atEnd })).toEqual(['c']);
  expect(await readFromStandby(dataset, { ids: ['b', 'zz'], filter: ['added'] })).toEqual(['b']);
});

it('never has a cursor skip a record, however far the standby lags and whenever it catches up', { timeout: 60_000 }, async () => {
  const dataset = newDataset();
  await save(dataset, 'first');
  let isOver = false;
  const seen: string[] = [];
  const follow = async () => {
    for (let cursor: string | undefined, wasOver = false; ;) {
      const page = await records.page({ ...dataset, limit: 3, ...(cursor ? { cursor } : {}) });
      for (const record of page.records) {
        seen.push(String(record['id']));
        cursor = (record['_nango_metadata'] as { cursor: string }).cursor;
      }
      if (page.records.length === 0 && wasOver) return;
      wasOver = isOver;
    }
  };
  /** Until the followers read from the primary (false), or from the standby. */
  const followersHave = (fromStandby: boolean) =>
    expect.poll(() => answered.at(-1), { timeout: 20_000, interval: 1 }).toBe(fromStandby);
  const expected = ['first'];
  const write = async () => {
    for (let n = 0; n < CHANGES; n += 1) {
      if (n % (2 * TURN) === 0) await postgres.holdBack();
      if (n % (2 * TURN) === TURN) {
        await followersHave(false);
        await postgres.goOn();
        await followersHave(true);
      }
      const ids = Array.from({ length: BATCH }, (_, index) => `r${n}-${index}`);
      await save(dataset, ...ids);
      expected.push(...ids);
    }
    isOver = true;
  };
  await Promise.all([write(), follow(), follow()]);
  await postgres.goOn();
  const each = Map.groupBy(seen, (id) => id);
  expect([...each.keys()]).toEqual(expected);
  expect(new Set([...each.values()].map(({ length }) => length))).toEqual(new Set([2]));
});

it('goes on with the primary when the standby is away', async () => {
  const dataset = newDataset();
  await save(dataset, 'a');
  expect(await readFromStandby(dataset)).toEqual(['a']);
  await postgres.stopStandby();
  await save(dataset, 'b');
  expect(await read(dataset)).toEqual(['a', 'b']);
  expect(await read(dataset)).toEqual(['a', 'b']);
});
