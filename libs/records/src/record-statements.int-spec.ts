import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StatementCounts, countStatements, testDatabase } from '#libs/testing';
import { pageStatement, type RowsQuery } from './page-rows.js';
import type { DatasetScope } from './records.types.js';
import { batchOf, newDataset, type TestRecords, testRecords } from './test-records.js';

const RECORDS = 20_000;
const PAGE = 1_000;
const MOST_STATEMENTS = 10;
const DEEP = RECORDS - 500;

let store: TestRecords;
let database: Awaited<ReturnType<typeof testDatabase>>;
let counts: StatementCounts | null;
let large: DatasetScope;
let datasetId: number;

const numbered = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ id: `r${from + i}`, n: from + i }));
const save = (dataset: DatasetScope, records: object[]) => store.records.saveBatch({ ...batchOf(dataset), records });

beforeAll(async () => {
  database = await testDatabase();
  store = await testRecords(database.url);
  counts = await countStatements(database.url);
  large = newDataset();
  for (let from = 0; from < RECORDS; from += PAGE) await save(large, numbered(from, PAGE));
  await save(large, [{ id: 'r7', changed: true }]);
  await store.records.deleteBatch({ ...batchOf(large), records: [{ id: 'r9' }] });
  const [row] = await store.source.query('SELECT id FROM records.datasets WHERE connection_id = $1', [large.connectionId]);
  datasetId = row.id;
});

afterAll(async () => {
  await counts?.close();
  await store.close();
  await database.close();
});

describe('a page of a sync', () => {
  const statementsOf = async (work: () => Promise<unknown>): Promise<number> => {
    if (!counts) throw new Error('the server does not count statements');
    await counts.reset();
    await work();
    return [...(await counts.read()).values()].reduce((sum, calls) => sum + calls, 0);
  };

  it.each([
    ['new', () => numbered(RECORDS, PAGE)],
    ['unchanged', () => numbered(1_000, PAGE)],
    ['changed', () => numbered(2_000, PAGE).map(({ id }) => ({ id, changed: true }))],
  ])('of %s records takes no more than ten statements', async (_kind, records) => {
    expect(await statementsOf(() => save(large, records()))).toBeLessThanOrEqual(MOST_STATEMENTS);
  });

  it('of a run that only adds takes six: none of them looks for what is stored', async () => {
    const batch = () => batchOf(large, '00000000-0000-4000-8000-000000000001');
    await store.records.saveBatch({ ...batch(), records: numbered(2 * RECORDS, 10) });
    const adding = () => store.records.saveBatch({ ...batch(), records: numbered(3 * RECORDS, 100) });
    expect(await statementsOf(adding)).toBe(6);
  });

  it('read back takes one', async () => {
    await store.records.page(large);
    expect(await statementsOf(() => store.records.page({ ...large, limit: 500 }))).toBe(1);
  });
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Index Name'?: string;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Nodes of the plan as it ran, and how many rows were read from the table. */
async function planOf(query: Partial<RowsQuery>): Promise<{ nodes: Plan[]; read: number }> {
  const { sql, parameters } = pageStatement(datasetId, { after: 0, limit: 101, ...query }, 1e9);
  const [row] = await store.source.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, parameters);
  const nodes = nodesOf((row as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0].Plan);
  const scans = nodes.filter((node) => node['Node Type'].includes('Scan') && node['Node Type'] !== 'Subquery Scan');
  const read = scans.reduce(
    (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    0,
  );
  return { nodes, read };
}

describe('the plan of a page', () => {
  beforeAll(async () => {
    await store.source.query('ANALYZE records.records');
  });

  it.each<[string, Partial<RowsQuery>]>([
    ['at the start', {}],
    ['deep', { after: DEEP }],
    ['of added records, deep', { after: DEEP - 3_000, filter: ['added'] }],
  ])('reads no more than the page, in order, %s', async (_name, query) => {
    const { nodes, read } = await planOf(query);
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort');
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    expect(read).toBeLessThan(300);
  });

  it.each<[string, Partial<RowsQuery>]>([
    ['deleted', { filter: ['deleted'] }],
    ['updated, deleted', { filter: ['updated', 'deleted'], after: 100 }],
  ])('finds the few that are %s without reading the others', async (_name, query) => {
    const { nodes, read } = await planOf(query);
    expect(nodes.some((node) => node['Index Name']?.endsWith('dataset_id_seq_idx'))).toBe(true);
    expect(read).toBeLessThan(1_500);
  });

  it('looks ids up one by one', async () => {
    const { read } = await planOf({ ids: Array.from({ length: 100 }, (_, i) => `r${i * 150}`), after: 50 });
    expect(read).toBeLessThanOrEqual(300);
  });
});
