import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Invalidations } from '#libs/cache';
import { Database, postgresOptions } from '#libs/database';
import { Secret } from '#libs/kernel';
import { codeFolder, codeKey, FolderStore } from '#libs/storage';
import { testDatabase } from '#libs/testing';
import { CondemnedCodeRepository } from './condemned-code.repository.js';
import { FunctionVersionsRepository } from './function-versions.repository.js';
import { FunctionVersions } from './function-versions.service.js';
import { FunctionsRepository } from './functions.repository.js';
import { Functions, hashOfCode } from './functions.service.js';
import { testIncoming } from './test-functions.js';
import { UnusedCode } from './unused-code.service.js';

/** A store whose deletions can be held up or broken off. */
class TestStore extends FolderStore {
  onDelete: (key: string) => Promise<void> = () => Promise.resolve();
  override async delete(key: string): Promise<void> {
    await this.onDelete(key);
    await super.delete(key);
  }
}

let db: Database;
let store: TestStore;
let functions: Functions;
let unused: UnusedCode;
let integrationId: number;
let environmentId: number;
let close: () => Promise<void>;

const repository = () => new FunctionsRepository(db);

beforeAll(async () => {
  const database = await testDatabase();
  const source = await new DataSource(
    postgresOptions({ url: database.url, poolMax: 5, ssl: false, applicationName: 'test' }),
  ).initialize();
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-code-'));
  db = new Database(source);
  store = new TestStore(folder, new Secret('k'.repeat(32)));
  const condemned = new CondemnedCodeRepository(db);
  functions = new Functions(repository(), condemned, store, new Invalidations());
  unused = new UnusedCode(db, condemned, store);
  const [environment] = await db.query<{ id: number }>('SELECT id FROM environments ORDER BY id LIMIT 1');
  environmentId = environment?.id ?? 0;
  const [integration] = await db.query<{ id: number }>(
    `INSERT INTO integrations (environment_id, unique_key, provider) VALUES ($1, 'crm', 'hubspot') RETURNING id`,
    [environmentId],
  );
  integrationId = integration?.id ?? 0;
  close = async () => {
    await source.destroy();
    await database.close();
    await rm(folder, { recursive: true });
  };
});
afterAll(() => close());

/** Deploys a text as bundle and source of a function, as an entry of its history. */
async function deploy(name: string, code: string): Promise<void> {
  await functions.upload([code]);
  const hash = hashOfCode(code);
  const next = testIncoming({ integrationId, name, bundleHash: hash, sourceHash: hash });
  const [current = null] = await functions.list(environmentId, { name });
  await db.transaction((tx) => repository().save(tx, environmentId, { next, version: code, current }, 'repo', null));
}
const isStored = async (code: string) => (await store.get(codeKey(hashOfCode(code)))) !== null;
const condemn = (code: string) => unused.condemn(Number.parseInt(hashOfCode(code).slice(0, 2), 16));
const later = () => new Date(Date.now() + 60_000);
const isCondemned = async (code: string) =>
  (await db.query('SELECT 1 FROM condemned_code WHERE hash = $1', [hashOfCode(code)])).length === 1;

it('goes once nothing has referred to it for long enough, and not before', async () => {
  await functions.upload(['orphan']);
  await condemn('orphan');
  await condemn('orphan');
  expect(await unused.remove(new Date(Date.now() - 60_000))).toBe(0);
  expect(await isStored('orphan')).toBe(true);
  expect(await unused.remove(later())).toBe(1);
  expect([await isStored('orphan'), await isCondemned('orphan'), await unused.remove(later())]).toEqual([false, false, 0]);
});

it('stays while a version that is kept refers to it, so that it can be gone back to', async () => {
  for (const code of ['first', 'second', 'third']) await deploy('kept', code);
  const versions = new FunctionVersions(new FunctionVersionsRepository(db), store);
  const [fn] = await functions.list(environmentId, { name: 'kept' });
  const sweep = async () => {
    for (const code of ['first', 'second', 'third']) await condemn(code);
    await unused.remove(later());
  };
  await sweep();
  for (const version of ['first', 'second', 'third'])
    expect(await versions.restorable(fn?.id ?? 0, { version }, db)).toMatchObject({ version });
  await versions.removeOld(2, new Date(0), 100);
  await sweep();
  expect([await isStored('first'), await isStored('second'), await isStored('third')]).toEqual([false, true, true]);
});

it('that two functions share stays with the one that is left', async () => {
  await deploy('one', 'shared');
  await deploy('other', 'shared');
  const [one, other] = (await functions.list(environmentId, {})).filter(({ name }) => name === 'one' || name === 'other');
  const removed = async (id = 0) => {
    await db.transaction((tx) => repository().markDeleted(tx, [id]));
    await db.query('DELETE FROM function_versions WHERE function_id = $1', [id]);
    await condemn('shared');
    await unused.remove(later());
    return !(await isStored('shared'));
  };
  expect([await removed(one?.id), await removed(other?.id)]).toEqual([false, true]);
});

it('is acquitted by a deploy that brings it, and where it is referred to when its time has come', async () => {
  await functions.upload(['back']);
  await condemn('back');
  await functions.upload(['back']);
  expect(await isCondemned('back')).toBe(false);
  await condemn('back');
  const hash = hashOfCode('back');
  const next = testIncoming({ integrationId, name: 'back', bundleHash: hash, sourceHash: hash });
  await db.transaction((tx) => repository().save(tx, environmentId, { next, version: '1', current: null }, 'repo', null));
  expect(await unused.remove(later())).toBe(1);
  expect([await isStored('back'), await isCondemned('back')]).toEqual([true, false]);
});

it('that a deploy brings while it is being removed is there afterwards', async () => {
  await functions.upload(['race']);
  await condemn('race');
  let go = () => {};
  const gate = new Promise<void>((resolve) => (go = resolve));
  const begun = new Promise<void>((resolve) => {
    store.onDelete = () => {
      resolve();
      return gate;
    };
  });
  const removal = unused.remove(later());
  await begun;
  const upload = functions.upload(['race']);
  await expect.poll(async () => waitingForLocks()).toBe(1);
  go();
  await Promise.all([removal, upload]);
  store.onDelete = () => Promise.resolve();
  expect([await isStored('race'), await isCondemned('race')]).toEqual([true, false]);
});

it('whose removal was broken off is removed the next time', async () => {
  await functions.upload(['broken']);
  await condemn('broken');
  store.onDelete = async (key) => {
    await rm(join(store['folder'], key));
    throw new Error('the process died');
  };
  await expect(unused.remove(later())).rejects.toThrow('the process died');
  store.onDelete = () => Promise.resolve();
  expect(await isCondemned('broken')).toBe(true);
  expect([await unused.remove(later()), await isCondemned('broken'), await isStored('broken')]).toEqual([1, false, false]);
});

it('leaves alone what is no code', async () => {
  await store.put(`${codeFolder(0)}/notes`, 'mine');
  await unused.condemn(0);
  await unused.remove(later());
  expect(await store.get(`${codeFolder(0)}/notes`)).toBe('mine');
});

async function waitingForLocks(): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return row?.count ?? 0;
}
