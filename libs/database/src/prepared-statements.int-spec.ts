import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '#libs/testing';
import { postgresOptions } from './data-source.js';
import { Database, type Sql } from './database.js';

/** More often than it takes to have a statement prepared. */
const OFTEN = 20;
const PREPARED = `SELECT count(*)::int AS n FROM pg_prepared_statements WHERE statement = $1`;

let database: TestDatabase;
let source: DataSource;
let db: Database;

beforeAll(async () => {
  database = await testDatabase();
  // One connection: what is prepared on it can be asked there.
  source = await new DataSource(
    postgresOptions({ url: database.url, poolMax: 1, ssl: false, applicationName: 'test' }),
  ).initialize();
  db = new Database(source);
});
afterAll(async () => {
  await source.destroy();
  await database.close();
});

const preparedAs = async (text: string) => (await db.query<{ n: number }>(PREPARED, [text]))[0]?.n;

async function ask(text: string, on: Sql = db, times = OFTEN): Promise<unknown[]> {
  let rows: unknown[] = [];
  for (let n = 0; n < times; n += 1) rows = await on.query(text, [7]);
  return rows;
}

it('a server keeps what it parsed of a statement that is asked for often', async () => {
  const text = 'SELECT $1::int + 1 AS answer';
  expect(await ask(text, db, 2)).toEqual([{ answer: 8 }]);
  expect(await preparedAs(text)).toBe(0);
  expect(await ask(text)).toEqual([{ answer: 8 }]);
  expect(await preparedAs(text)).toBe(1);
});

it('a statement whose columns a migration changed is answered at once', async () => {
  const text = 'SELECT * FROM things WHERE id >= $1';
  await db.query('CREATE TABLE things (id int)');
  await db.query('INSERT INTO things VALUES (7)');
  expect(await ask(text)).toEqual([{ id: 7 }]);
  await db.query(`ALTER TABLE things ADD COLUMN name text NOT NULL DEFAULT 'seven'`);
  expect(await ask(text, db, 1)).toEqual([{ id: 7, name: 'seven' }]);
  expect(await ask(text)).toEqual([{ id: 7, name: 'seven' }]);
});

it('a transaction that meets such a change fails, and the next one does not', async () => {
  const text = 'SELECT * FROM others WHERE id >= $1';
  await db.query('CREATE TABLE others (id int)');
  await ask(text);
  await db.query('ALTER TABLE others ADD COLUMN name text');
  const once = () => db.transaction((tx) => ask(text, tx, 1));
  await expect(once()).rejects.toThrow('cached plan must not change result type');
  expect(await once()).toEqual([]);
});

it('what the database refuses is thrown as it is', async () => {
  await expect(ask('SELECT 1 / ($1::int - 7)')).rejects.toThrow('division by zero');
});

it('nothing is prepared any more where somebody else ends what was', async () => {
  const text = 'SELECT $1::int + 2 AS answer';
  await ask(text);
  await db.query('DEALLOCATE ALL');
  expect(await ask(text)).toEqual([{ answer: 9 }]);
  expect(await preparedAs(text)).toBe(0);
});
