import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppError } from '#libs/kernel';
import { decodeCursor, encodeCursor } from './domain/cursor.js';
import type { JsonObject } from './domain/json.js';
import type { DatasetScope } from './records.types.js';
import { ModelDataset, type Operation } from './test-model.js';
import { newDataset, ownTestRecords } from './test-records.js';
import { Random } from './test-random.js';
import { testSeed } from './test-seed.config.js';

/** Many who change one dataset at once; then their changes one after the other, as they committed, in a model of it. */
const ACTORS = 8;
const OPERATIONS = 40;
const ROUNDS = 4;
const IDS = 40;

let store: Awaited<ReturnType<typeof ownTestRecords>>;

beforeAll(async () => void (store = await ownTestRecords()));
afterAll(() => store.close());

/** Operations as they were asked for, by the name they have among the batches, with their answers. */
interface Asked {
  readonly operation: Operation;
  readonly answers: object[];
}
type Ledger = Map<string, Asked>;

const KINDS = ['save', 'save', 'save', 'save', 'update', 'delete', 'start', 'end', 'outdated'] as const;

function nextOperation(random: Random, runId: string): Operation {
  const kind = random.pick(KINDS);
  if (kind === 'start' || kind === 'end' || kind === 'outdated') return { kind, runId };
  const records = Array.from({ length: 1 + random.below(12) }, () => ({
    id: `r${random.below(IDS)}`,
    [`f${random.below(3)}`]: random.below(4),
    deep: { [`g${random.below(2)}`]: random.below(2) },
  }));
  return { kind, runId, records };
}

async function perform(dataset: DatasetScope, operation: Operation, batchId: string): Promise<object> {
  const batch = { ...dataset, runId: operation.runId, batchId };
  switch (operation.kind) {
    case 'save':
      return store.records.saveBatch({ ...batch, records: operation.records });
    case 'update':
      return store.records.updateBatch({ ...batch, records: operation.records });
    case 'delete':
      return store.records.deleteBatch({ ...batch, records: operation.records });
    case 'start':
      await store.records.trackDeletesStart(batch);
      return {};
    case 'end':
      return sortedKeys(await store.records.trackDeletesEnd(batch));
    case 'outdated':
      return sortedKeys(await store.records.outdated(batch));
    default:
      throw new Error(`${operation.kind} has no batch`);
  }
}

const sortedKeys = ({ deletedKeys }: { deletedKeys: string[] }) => ({ deletedKeys: deletedKeys.toSorted() });

/** Some operations are sent again, at the same time or later: an answer that was lost. */
async function act(dataset: DatasetScope, random: Random, ledger: Ledger): Promise<void> {
  let runId = randomUUID();
  for (let n = 0; n < OPERATIONS; n++) {
    if (random.chance(0.15)) runId = randomUUID();
    const operation = nextOperation(random, runId);
    const batchId = randomUUID();
    const answers: object[] = [];
    ledger.set(`${runId} ${batchId}`, { operation, answers });
    const send = async () => {
      try {
        answers.push(await perform(dataset, operation, batchId));
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
      }
    };
    await Promise.all(Array.from({ length: random.chance(0.2) ? 2 : 1 }, send));
    if (random.chance(0.1) && answers.length > 0) await send();
  }
}

/** One customer who prunes what it has read; its calls are told apart by their order. */
async function prune(dataset: DatasetScope, random: Random, calls: Asked[], done: () => boolean): Promise<void> {
  while (!done()) {
    const { records } = await store.records.page({ ...dataset, limit: 1 + random.below(30) });
    const cursor = (records.at(-1)?.['_nango_metadata'] as { cursor: string } | undefined)?.cursor;
    const position = cursor === undefined ? null : decodeCursor(cursor);
    if (!position) continue;
    const limit = 1 + random.below(20);
    const answer = await store.records.prune(dataset, encodeCursor(position), limit);
    calls.push({ operation: { kind: 'prune', runId: '', untilSeq: position.seq, limit }, answers: [answer] });
  }
}

/** Every change a reader of the cursor saw: positions, and what they were. */
async function follow(dataset: DatasetScope, random: Random, done: () => boolean): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  let cursor: string | undefined;
  for (;;) {
    const finished = done();
    const { records } = await store.records.page({ ...dataset, cursor, limit: 1 + random.below(20) });
    for (const record of records) {
      const { cursor: next } = record['_nango_metadata'] as { cursor: string };
      const { seq } = decodeCursor(next) ?? { seq: 0 };
      expect(seq).toBeGreaterThan(cursor === undefined ? 0 : (decodeCursor(cursor)?.seq ?? 0));
      seen.set(String(record['id']), seq);
      cursor = next;
    }
    if (finished && records.length === 0) return seen;
  }
}

/** The operations in the order in which they took effect. */
async function committed(dataset: DatasetScope, ledger: Ledger, prunes: readonly Asked[]): Promise<Asked[]> {
  const rows: { run: string; batch: string }[] = await store.source.query(
    `SELECT b.run_id AS run, b.batch_id AS batch FROM records.batches b JOIN records.datasets d ON d.id = b.dataset_id
     WHERE d.connection_id = $1 ORDER BY b.no`,
    [dataset.connectionId],
  );
  let pruned = 0;
  return rows.map(({ run, batch }) => {
    const asked = batch === 'prune' ? prunes[pruned++] : ledger.get(`${run} ${batch}`);
    if (!asked) throw new Error(`nobody asked for batch ${batch} of run ${run}`);
    return asked;
  });
}

async function shown(dataset: DatasetScope): Promise<object[]> {
  const { records } = await store.records.page({ ...dataset, limit: 10_000 });
  return records.map(({ _nango_metadata: metadata, ...doc }) => {
    const { cursor, last_action: action, pruned_at: prunedAt } = metadata as Record<string, string>;
    return { id: doc['id'], seq: decodeCursor(cursor ?? '')?.seq, action, doc: prunedAt ? null : (doc as JsonObject) };
  });
}

async function round(random: Random): Promise<void> {
  const dataset = newDataset();
  const ledger: Ledger = new Map();
  const prunes: Asked[] = [];
  let acting = ACTORS;
  const actors = Array.from({ length: ACTORS }, async () => {
    await act(dataset, random.fork(), ledger);
    acting -= 1;
  });
  const done = () => acting === 0;
  const [view] = await Promise.all([
    follow(dataset, random.fork(), done),
    prune(dataset, random.fork(), prunes, done),
    ...actors,
  ]);

  const model = new ModelDataset();
  const history = await committed(dataset, ledger, prunes);
  const answered = [...ledger.values()].filter(({ answers }) => answers.length > 0);
  expect(history).toHaveLength(answered.length + prunes.length);
  for (const { operation, answers } of history) {
    const expected = model.apply(operation);
    for (const answer of answers) expect(answer, JSON.stringify(operation)).toEqual(expected);
  }
  expect(await shown(dataset)).toEqual(model.records);
  expect((await store.records.counts(dataset.connectionId))[0]?.count).toBe(model.live);
  expect(view).toEqual(new Map(model.records.map(({ id, seq }) => [id, seq])));
}

it(
  'equals a model of it, in answers, records, counts and what a reader sees, whoever did what at once',
  { timeout: 90_000 },
  async () => {
    const random = new Random(testSeed('model'));
    for (let n = 0; n < ROUNDS; n++) await round(random);
  },
);
