import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cipher } from '#libs/crypto';
import { decodeCursor } from './domain/cursor.js';
import { createRecords } from './records.module.js';
import type { Records } from './records.service.js';
import type { DatasetScope } from './records.types.js';
import { newDataset, ownTestRecords } from './test-records.js';
import { Random } from './test-random.js';
import { testSeed } from './test-seed.config.js';
import { Steps, SteppedDatabase } from './test-steps.js';

/** Statements of 16 who write and read at once are let go one at a time, in an order that the seed decides. */
const WRITERS = 11;
const READERS = 5;
const INTERLEAVINGS = 10_000;
const BATCHES = 6;
const SHARED = 12;

let store: Awaited<ReturnType<typeof ownTestRecords>>;
const cipher = new Cipher(new Map([[1, randomBytes(32)]]));

beforeAll(async () => void (store = await ownTestRecords()));
afterAll(() => store.close());

interface Seen {
  /** Where in the order of changes each record was last seen. */
  readonly latest: Map<string, number>;
  /** Every position, as they came. */
  readonly positions: number[];
}

/** Records nobody else writes, and some that all do; some are deleted again. */
async function write(records: Records, dataset: DatasetScope, writer: number, random: Random): Promise<void> {
  for (let n = 0; n < BATCHES; n++) {
    const runId = `00000000-0000-4000-8000-${String(writer).padStart(12, '0')}`;
    const shared = Array.from({ length: random.below(4) }, () => ({ id: `s${random.below(SHARED)}`, by: writer, n }));
    const batch = { ...dataset, runId, batchId: String(n) };
    if (random.chance(0.25)) await records.deleteBatch({ ...batch, records: [{ id: `s${random.below(SHARED)}` }] });
    else await records.saveBatch({ ...batch, records: [{ id: `own-${writer}-${n}` }, ...shared] });
  }
}

/** Follows the cursor until the writers are done and nothing more comes. */
async function follow(records: Records, dataset: DatasetScope, random: Random, done: () => boolean): Promise<Seen> {
  const seen: Seen = { latest: new Map(), positions: [] };
  let cursor: string | undefined;
  for (;;) {
    const finished = done();
    const page = await records.page({ ...dataset, cursor, limit: 1 + random.below(9) });
    for (const record of page.records) {
      cursor = (record['_nango_metadata'] as { cursor: string }).cursor;
      const position = decodeCursor(cursor)?.seq ?? 0;
      seen.positions.push(position);
      seen.latest.set(String(record['id']), position);
    }
    if (finished && page.records.length === 0) return seen;
  }
}

/** @returns how many statements were let go */
async function round(random: Random): Promise<number> {
  const dataset = newDataset();
  const steps = new Steps(random.fork());
  const records = createRecords(store.source, cipher, { database: new SteppedDatabase(store.source, steps) });
  let writing = WRITERS;
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    await write(records, dataset, writer, random.fork());
    writing -= 1;
  });
  const readers = Promise.all(
    Array.from({ length: READERS }, () => follow(records, dataset, random.fork(), () => writing === 0)),
  );
  await steps.until(Promise.all([...writers, readers]));

  const rows: { id: string; seq: number }[] = await store.source.query(
    `SELECT external_id AS id, seq FROM records.records r JOIN records.datasets d ON d.id = r.dataset_id WHERE d.connection_id = $1`,
    [dataset.connectionId],
  );
  const truth = new Map(rows.map(({ id, seq }) => [id, seq]));
  for (const { latest, positions } of await readers) {
    expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
    expect(latest).toEqual(truth);
    const own = rows.filter(({ id }) => id.startsWith('own-')).map(({ seq }) => seq);
    expect(positions.filter((position) => own.includes(position)).length).toBe(own.length);
  }
  return steps.taken;
}

it(
  'a reader of the cursor misses nothing and sees everything in order, whatever the interleaving',
  { timeout: 120_000 },
  async () => {
    const random = new Random(testSeed('cursor'));
    let taken = 0;
    while (taken < INTERLEAVINGS) taken += await round(random);
    expect(taken).toBeGreaterThanOrEqual(INTERLEAVINGS);
  },
);
