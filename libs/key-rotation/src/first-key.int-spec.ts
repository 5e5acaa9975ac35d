import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RootKey, toRootKey } from '#libs/crypto';
import { postgresOptions } from '#libs/database';
import { type TestDatabase, testDatabase } from '#libs/testing';
import { ensureFirstKey } from './first-key.js';
import { type TestProcess, testProcess } from './test-rotation.js';
import { storeSecrets } from './test-secrets.js';

let database: TestDatabase;
let source: DataSource;
let processes: TestProcess[];

const root = () => toRootKey(randomBytes(32), 'key');
const start = async (roots: readonly RootKey[]): Promise<TestProcess> => {
  const started = await testProcess(database.url, roots);
  processes.push(started);
  return started;
};

/** An installation that never had a key. */
beforeEach(async () => {
  database = await testDatabase();
  source = await new DataSource(
    postgresOptions({ url: database.url, poolMax: 2, ssl: false, applicationName: 'migrate' }),
  ).initialize();
  await source.query('DELETE FROM data_keys');
  await source.query('UPDATE environments SET webhook_signing_key = $1', [Buffer.from('\0in clear')]);
  processes = [];
});
afterEach(async () => {
  await Promise.all([source.destroy(), ...processes.map((one) => one.close())]);
  await database.close();
});

describe('the first key', () => {
  it('of an installation that stored in clear seals what is there, once every process has it', async () => {
    const before = await start([]);
    await storeSecrets(before.db, before.cipher, 700);
    await before.poll.refresh();
    expect((await before.service.status(true)).inClear).toMatchObject({ 'connections.credentials': 700 });

    const first = root();
    await ensureFirstKey(source, [first]);
    const server = await start([first]);
    expect(server.cipher.enabled).toBe(false);
    await server.poll.refresh();
    await server.advance();
    expect((await server.service.rotation())?.note).toContain(`root key ${first.fingerprint} is missing in test on`);

    await before.keys.leave();
    for (let turn = 0; turn < 20 && (await server.rotations.current()) !== null; turn += 1) await server.advance();
    expect(server.cipher.enabled).toBe(true);
    expect((await server.service.status(true)).inClear).toEqual({});
    expect(await server.service.verify()).toMatchObject({ failed: 0 });
  });

  it('of a new installation seals at once', async () => {
    await source.query('TRUNCATE environments CASCADE');
    const first = root();
    await ensureFirstKey(source, [first]);
    const server = await start([first]);
    expect(server.cipher.enabled).toBe(true);
    expect(await server.service.rotation()).toBeNull();
  });

  it('is made once', async () => {
    const first = root();
    await ensureFirstKey(source, [first]);
    await ensureFirstKey(source, [first]);
    expect(await (await start([first])).keys.rows()).toHaveLength(1);
  });

  it('is not made without a root key', async () => {
    await ensureFirstKey(source, []);
    const server = await start([]);
    expect(await server.keys.rows()).toEqual([]);
    await expect(server.service.rotate('data')).rejects.toMatchObject({ code: 'encryption_key_missing' });
  });
});

describe('a start', () => {
  it.each([
    ['a wrong key', () => [root()]],
    ['no key any more', () => []],
  ])('with %s is refused, naming the one that is missing', async (_what, given) => {
    const first = root();
    await ensureFirstKey(source, [first]);
    await expect(testProcess(database.url, given())).rejects.toThrow(
      `NANGO_ENCRYPTION_KEY: the key with fingerprint ${first.fingerprint} sealed the stored secrets and is missing`,
    );
  });

  it('with the key and another one beside it is not', async () => {
    const first = root();
    await ensureFirstKey(source, [first]);
    expect((await start([root(), first])).cipher.dataKeyIds).toHaveLength(1);
  });
});
