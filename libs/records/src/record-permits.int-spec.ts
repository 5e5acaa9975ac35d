import { randomBytes } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cipher } from '#libs/crypto';
import { AppError } from '#libs/kernel';
import { RecordsDatabase } from './data-source.js';
import { createRecords } from './records.module.js';
import type { Records } from './records.service.js';
import type { DatasetScope } from './records.types.js';
import { batchOf, newDataset, newRun, ownTestRecords } from './test-records.js';

let store: Awaited<ReturnType<typeof ownTestRecords>>;
const cipher = new Cipher(new Map([[1, randomBytes(32)]]));

beforeAll(async () => void (store = await ownTestRecords()));
afterAll(() => store.close());

/** A process that is halted before it sends a statement, until it is let go on. */
class HaltedDatabase extends RecordsDatabase {
  readonly #halted = Promise.withResolvers<void>();
  readonly #goesOn = Promise.withResolvers<void>();
  readonly halted = this.#halted.promise;
  readonly goOn = this.#goesOn.resolve;
  at = /^$/;

  protected override async send<Row>(runner: QueryRunner, sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    if (this.at.test(sql)) {
      this.#halted.resolve();
      await this.#goesOn.promise;
    }
    return super.send<Row>(runner, sql, parameters);
  }
}

const liveIds = async (dataset: DatasetScope) =>
  (await store.records.page(dataset)).records
    .filter((record) => (record['_nango_metadata'] as { deleted_at: string | null }).deleted_at === null)
    .map(({ id }) => id);

/** A run that has not ended yet, in a process that halts before a statement. */
function runIn(at: RegExp): { process: HaltedDatabase; records: Records; end: () => void; permit: () => Promise<void> } {
  const process = new HaltedDatabase(store.source);
  process.at = at;
  let ended = false;
  const permit = () =>
    ended ? Promise.reject(new AppError('script_aborted', 'this run has ended; nothing it writes is kept')) : Promise.resolve();
  return { process, records: createRecords(store.source, cipher, { database: process }), end: () => (ended = true), permit };
}

describe('a batch of a process that was halted while its run ended', () => {
  it.each([
    ['before it begins', /^START TRANSACTION$/],
    ['before it locks the dataset', /FOR NO KEY UPDATE/],
  ])('changes nothing that was decided meanwhile, halted %s', async (_when, at) => {
    const dataset = newDataset();
    await store.records.saveBatch({ ...batchOf(dataset), records: [{ id: 'kept' }, { id: 'gone' }] });
    const late = runIn(at);
    const saved = late.records.saveBatch({ ...batchOf(dataset), records: [{ id: 'gone' }, { id: 'new' }], permit: late.permit });
    const refused = expect(saved).rejects.toMatchObject({ code: 'script_aborted' });
    await late.process.halted;

    late.end();
    const next = newRun();
    await store.records.trackDeletesStart(batchOf(dataset, next));
    await store.records.saveBatch({ ...batchOf(dataset, next), records: [{ id: 'kept' }] });
    expect(await store.records.trackDeletesEnd(batchOf(dataset, next))).toEqual({ deletedKeys: ['gone'] });

    late.process.goOn();
    await refused;
    expect(await liveIds(dataset)).toEqual(['kept']);
    expect(await store.records.counts(dataset.connectionId)).toMatchObject([{ count: 1 }]);
  });

  it('comes before whatever is decided later, halted once it may be committed', async () => {
    const dataset = newDataset();
    await store.records.saveBatch({ ...batchOf(dataset), records: [{ id: 'kept' }, { id: 'shown' }] });
    const late = runIn(/^COMMIT$/);
    const saved = late.records.saveBatch({ ...batchOf(dataset), records: [{ id: 'new' }], permit: late.permit });
    await late.process.halted;

    late.end();
    const next = newRun();
    const deciding = (async () => {
      await store.records.trackDeletesStart(batchOf(dataset, next));
      return store.records.outdated(batchOf(dataset, next));
    })();
    late.process.goOn();
    const [, { deletedKeys }] = await Promise.all([saved, deciding]);
    expect(deletedKeys.toSorted()).toEqual(['kept', 'new', 'shown']);
  });
});

it('a batch is not asked about before its dataset is locked, and nothing of it is kept when it may not be', async () => {
  const dataset = newDataset();
  await store.records.saveBatch({ ...batchOf(dataset), records: [{ id: '1' }] });
  const holder = store.source.createQueryRunner();
  await holder.startTransaction();
  await holder.query('SELECT 1 FROM records.datasets WHERE connection_id = $1 FOR UPDATE', [dataset.connectionId]);
  let asked = 0;
  const permit = () => {
    asked += 1;
    return Promise.reject(new AppError('script_aborted', 'ended'));
  };
  const records = Array.from({ length: 1_000 }, (_, n) => ({ id: `new-${n}` }));
  const saved = expect(store.records.saveBatch({ ...batchOf(dataset), records, permit })).rejects.toThrow('ended');
  const waits = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await expect.poll(async () => (await store.source.query<unknown[]>(waits)).length).toBeGreaterThan(0);
  expect(asked).toBe(0);
  await holder.commitTransaction();
  await holder.release();
  await saved;
  expect(asked).toBe(1);
  expect(await liveIds(dataset)).toEqual(['1']);
});
