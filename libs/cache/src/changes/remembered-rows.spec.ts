import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Invalidations } from './invalidations.js';
import { RememberedRows } from './remembered-rows.js';
import { tagOf } from './topics.js';

interface Row {
  readonly id: number;
  readonly version: number;
}

/** A table whose reads end when the test says so. */
class Table {
  version = 1;
  reads = 0;
  failing = false;
  #held: (() => void)[] | undefined;

  readonly read = async (id: number): Promise<Row> => {
    this.reads += 1;
    const row = { id, version: this.version };
    if (this.#held) await new Promise<void>((resolve) => void this.#held?.push(resolve));
    if (this.failing) throw new Error('no such row');
    return row;
  };

  hold(): void {
    this.#held = [];
  }

  async letGo(): Promise<void> {
    for (const go of this.#held ?? []) go();
    this.#held = undefined;
    await Promise.resolve();
  }
}

let table: Table;
let changes: Invalidations;
let rows: RememberedRows<Row>;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  table = new Table();
  changes = new Invalidations();
  rows = new RememberedRows(changes, {
    max: 3,
    dependsOn: ({ id }) => [tagOf('connection', id), tagOf('environment', id % 2)],
  });
});
afterEach(() => vi.useRealTimers());

const get = (id: number) => rows.get(`row ${id}`, () => table.read(id));
const known = (id: number) => rows.known(`row ${id}`)?.version;
/** As if it had been proven a moment ago that nothing was missed. */
const prove = () => vi.spyOn(changes, 'provenSince').mockImplementation(() => performance.now() - 100);

it('reads once for all who ask, and knows it then without a promise', async () => {
  expect(known(1)).toBeUndefined();
  await Promise.all([get(1), get(1), get(1)]);
  expect([known(1), table.reads]).toEqual([1, 1]);
});

it('remembers for less than a second while nothing is proven, for half a minute while it is', async () => {
  await get(1);
  vi.advanceTimersByTime(900);
  expect(known(1)).toBeUndefined();
  await get(1);
  prove();
  vi.advanceTimersByTime(26_000);
  expect([known(1), table.reads]).toEqual([1, 2]);
  vi.advanceTimersByTime(5_000);
  expect(known(1)).toBeUndefined();
});

it('reads a row in use again before its time ends, once, and keeps nobody waiting', async () => {
  prove();
  await get(1);
  vi.advanceTimersByTime(28_000);
  table.version = 2;
  table.hold();
  expect([known(1), known(1), known(1), table.reads]).toEqual([1, 1, 1, 2]);
  await table.letGo();
  await vi.waitFor(() => expect(known(1)).toBe(2));
  vi.advanceTimersByTime(26_000);
  expect([known(1), table.reads]).toEqual([2, 2]);
});

it('a row that cannot be read again is forgotten', async () => {
  prove();
  await get(1);
  vi.advanceTimersByTime(28_000);
  table.failing = true;
  expect(known(1)).toBe(1);
  await vi.waitFor(() => expect(known(1)).toBeUndefined());
  await expect(get(1)).rejects.toThrow('no such row');
});

it('forgets what depends on what has changed, and nothing else', async () => {
  for (const id of [1, 2, 3]) await get(id);
  changes.publish('connection', 2);
  expect([known(1), known(2), known(3)]).toEqual([1, undefined, 1]);
  changes.publish('environment', 1);
  expect([known(1), known(3)]).toEqual([undefined, undefined]);
  expect(table.reads).toBe(3);
});

it('a read that began before a change is heard answers those who waited, and is neither remembered nor joined', async () => {
  table.hold();
  const early = get(1);
  table.version = 2;
  changes.publish('connection', 1);
  const late = get(1);
  await table.letGo();
  expect([(await early).version, (await late).version]).toEqual([1, 2]);
  expect([known(1), table.reads]).toEqual([2, 2]);
});

it('a read that is under way when something else changes is remembered', async () => {
  table.hold();
  const reading = get(1);
  changes.publish('connection', 2);
  await table.letGo();
  await reading;
  expect(known(1)).toBe(1);
});

it('forgets everything when it is told to, reads under way too', async () => {
  await get(1);
  table.hold();
  const reading = get(2);
  rows.forgetAll();
  await table.letGo();
  await reading;
  expect([known(1), known(2)]).toEqual([undefined, undefined]);
});

it('an older read that ends later does not take the place of a newer one', async () => {
  table.hold();
  const older = get(1);
  const finish = table.letGo.bind(table);
  vi.advanceTimersByTime(10);
  table.version = 2;
  const newer = rows.refreshed('row 1', async () => ({ id: 1, version: table.version }));
  expect((await newer).version).toBe(2);
  await finish();
  await older;
  expect(known(1)).toBe(2);
});

it('keeps as many as it may, and shorter what is worth less', async () => {
  for (const id of [1, 2, 3, 4]) await get(id);
  expect([known(1), known(4)]).toEqual([undefined, 1]);
  const brief = new RememberedRows<Row>(changes, { max: 3, dependsOn: () => [], keptMs: ({ id }) => id });
  prove();
  await brief.get('a', () => table.read(500));
  vi.advanceTimersByTime(500);
  expect(brief.known('a')).toBeUndefined();
});
