import { afterAll, beforeAll, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { Database, postgresOptions } from '#libs/database';
import { testDatabase } from '#libs/testing';
import { Checkpoints, type CheckpointScope } from './index.js';

let database: Awaited<ReturnType<typeof testDatabase>>;
let source: DataSource;
let checkpoints: Checkpoints;
let last = 0;

const newScope = (): CheckpointScope => ({ environmentId: 1, connectionId: ++last, key: 'sync:contacts' });

beforeAll(async () => {
  database = await testDatabase();
  const base = postgresOptions({ url: database.url, poolMax: 5, ssl: false, applicationName: 'test' });
  source = await new DataSource(base).initialize();
  checkpoints = new Checkpoints(new Database(source));
});

afterAll(async () => {
  await source.destroy();
  await database.close();
});

it('starts at version 1 with nothing, and moves on with every save', async () => {
  const scope = newScope();
  expect(await checkpoints.get(scope)).toEqual({ checkpoint: null, version: 1 });
  expect(await checkpoints.save(scope, { page: 2, done: false, at: 'x' }, 1)).toMatchObject({ version: 2 });
  expect(await checkpoints.save(scope, { page: 3 }, 2)).toMatchObject({ version: 3 });
  expect(await checkpoints.get(scope)).toEqual({ checkpoint: { page: 3 }, version: 3 });
});

it('refuses a writer that read an older version, also the first one', async () => {
  const scope = newScope();
  await checkpoints.save(scope, { page: 2 }, 1);
  await expect(checkpoints.save(scope, { page: 9 }, 1)).rejects.toMatchObject({ code: 'checkpoint_conflict', status: 409 });
  await expect(checkpoints.save(newScope(), { page: 9 }, 4)).rejects.toMatchObject({ code: 'checkpoint_conflict' });
  expect(await checkpoints.get(scope)).toEqual({ checkpoint: { page: 2 }, version: 2 });
});

it('lets one of many writers through', async () => {
  const scope = newScope();
  const writers = Array.from({ length: 8 }, (_, page) => checkpoints.save(scope, { page }, 1));
  const outcomes = await Promise.allSettled(writers);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('accepts a save that is sent again', async () => {
  const scope = newScope();
  await checkpoints.save(scope, { page: 2 }, 1);
  expect(await checkpoints.save(scope, { page: 2 }, 1)).toMatchObject({ version: 2 });
});

it('clears what it read, also nothing, and refuses what moved on', async () => {
  const scope = newScope();
  expect(await checkpoints.clear(scope, 1)).toEqual({ checkpoint: null, version: 1 });
  await checkpoints.save(scope, { page: 2 }, 1);
  await expect(checkpoints.clear(scope, 1)).rejects.toMatchObject({ code: 'checkpoint_conflict' });
  expect(await checkpoints.clear(scope, 2)).toEqual({ checkpoint: null, version: 3 });
  expect(await checkpoints.clear(scope, 2)).toEqual({ checkpoint: null, version: 3 });
  await expect(checkpoints.save(scope, { page: 9 }, 2)).rejects.toMatchObject({ code: 'checkpoint_conflict' });
  expect(await checkpoints.save(scope, { page: 1 }, 3)).toMatchObject({ version: 4 });
});

it('resets whatever the version', async () => {
  const scope = newScope();
  await checkpoints.save(scope, { page: 2 }, 1);
  await checkpoints.resetAll(new Database(source), [scope]);
  expect(await checkpoints.get(scope)).toEqual({ checkpoint: null, version: 3 });
});

it('keeps text that the database would refuse, without what it refuses', async () => {
  const scope = newScope();
  await checkpoints.save(scope, { 'a\0': 'x\0\ud800' }, 1);
  expect(await checkpoints.get(scope)).toEqual({ checkpoint: { a: 'x\ufffd' }, version: 2 });
});
