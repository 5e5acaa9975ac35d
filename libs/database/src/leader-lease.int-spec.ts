import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { measure, metricsText } from '#libs/observability';
import { type TestDatabase, testDatabase } from '#libs/testing';
import { postgresOptions } from './data-source.js';
import { Database } from './database.js';
import { LeaderLease } from './leader-lease.js';

let database: TestDatabase;
let source: DataSource;
let db: Database;

beforeAll(async () => {
  database = await testDatabase();
  source = await new DataSource(
    postgresOptions({ url: database.url, poolMax: 5, ssl: false, applicationName: 'test' }),
  ).initialize();
  db = new Database(source);
});
afterAll(async () => {
  await source.destroy();
  await database.close();
});

it('is held by one of many', async () => {
  const leases = Array.from({ length: 5 }, () => new LeaderLease(db));
  const held = await Promise.all(leases.map((lease) => lease.hold('a', 60_000)));
  expect(held.filter(Boolean)).toHaveLength(1);
  const holder = leases[held.indexOf(true)];
  expect(await holder?.hold('a', 60_000)).toBe(true);
});

it('passes on when it expires or is given back', async () => {
  const [first, second] = [new LeaderLease(db), new LeaderLease(db)];
  expect(await first.hold('b', 0)).toBe(true);
  expect(await second.hold('b', 60_000)).toBe(true);
  expect(await first.hold('b', 60_000)).toBe(false);
  await first.release('b');
  expect(await first.hold('b', 60_000)).toBe(false);
  await second.release('b');
  expect(await first.hold('b', 60_000)).toBe(true);
});

it('counts what became of it, and says who holds it', async () => {
  const end = await measure();
  const [first, second] = [new LeaderLease(db), new LeaderLease(db)];
  const lines = async () => (await metricsText())?.split('\n').filter((line) => /^fairlead_leases.*"c"/.test(line));
  await first.hold('c', 60_000);
  await first.hold('c', 0);
  await second.hold('c', 60_000);
  await first.hold('c', 60_000);
  await second.release('c');
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'fairlead_leases_events_total{lease="c",event="taken"} 2',
      'fairlead_leases_events_total{lease="c",event="lost"} 1',
      'fairlead_leases_events_total{lease="c",event="released"} 1',
      'fairlead_leases_held{lease="c"} 0',
    ]),
  );
  await end();
});
