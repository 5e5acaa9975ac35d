import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyIdOf, parseRootKeys, type RootKey, toRootKey } from '#libs/crypto';
import { type TestDatabase, testDatabase } from '#libs/testing';
import { type TestProcess, testProcess } from './test-rotation.js';
import { secretOf, storeSecrets } from './test-secrets.js';

let database: TestDatabase;
let roots: RootKey[];
let processes: TestProcess[];

const start = async (name = 'server', given: readonly RootKey[] = roots): Promise<TestProcess> => {
  const started = await testProcess(database.url, given, name);
  await started.poll.refresh();
  processes.push(started);
  return started;
};

beforeEach(async () => {
  database = await testDatabase();
  roots = parseRootKeys(database.encryptionKey);
  processes = [];
});
afterEach(async () => {
  await Promise.all(processes.map((one) => one.close()));
  await database.close();
});

/** Polls and advances by turns, as services do, until nothing is open. */
async function untilDone(by: TestProcess, others: readonly TestProcess[] = []): Promise<void> {
  for (let turn = 0; turn < 50 && (await by.rotations.current()) !== null; turn += 1) {
    for (const one of [by, ...others]) await one.poll.refresh();
    await by.advance();
  }
  expect(await by.rotations.current()).toBeNull();
}

describe('a data key rotation', () => {
  it('seals every column anew, and then the old key can go', async () => {
    const server = await start();
    await storeSecrets(server.db, server.cipher, 1_200);
    const opened = await server.service.rotate('data');
    expect(opened).toMatchObject({ scope: 'data', state: 'running', dataKeyId: 2 });
    await untilDone(server);

    const status = await server.service.status(true);
    expect(status.inClear).toEqual({});
    expect(status.dataKeys).toMatchObject([
      { id: 1, seals: false, uses: {}, removable: true },
      { id: 2, seals: true, removable: false },
    ]);
    expect(status.dataKeys[1]?.uses).toEqual({
      'connections.credentials': 1_200,
      'connections.secret_config': 120,
      'environment_variables.value': 1,
      'environments.hmac_key': 1,
      'environments.webhook_signing_key': 2,
      'executions.input': 1,
      'executions.output': 1,
      'integrations.credentials': 1,
      'integrations.custom': 1,
      'records.payload': 6,
    });
    expect(status.rotation).toMatchObject({ state: 'done', done: 1_334, total: 1_334, secondsLeft: 0 });
    expect(await server.service.verify()).toEqual({ opened: 1_334, failed: 0, failures: [] });
  });

  it('is the same one while it runs, however often it is asked for', async () => {
    const server = await start();
    const [first, second] = await Promise.all([server.service.rotate('data'), server.service.rotate('data')]);
    expect(second.id).toBe(first.id);
    await expect(server.service.rotate('root')).rejects.toMatchObject({ code: 'conflict' });
    expect(await server.keys.rows()).toHaveLength(2);
  });

  it('seals nothing with a key another process has not loaded', async () => {
    const [server, jobs] = [await start('server'), await start('jobs')];
    await server.service.rotate('data');
    await server.advance();
    expect((await server.rotations.current())?.note).toMatch(/^data key 2 is not loaded yet by jobs on /);
    await jobs.poll.refresh();
    await server.advance();
    await server.poll.refresh();
    expect(server.cipher.sealsWith).toBe(2);
    // The other one still seals with the old key: each opens what the other seals.
    expect(jobs.cipher.sealsWith).toBe(1);
    expect(jobs.cipher.openText(server.cipher.seal('new', 'a'), 'a')).toBe('new');
    expect(server.cipher.openText(jobs.cipher.seal('old', 'a'), 'a')).toBe('old');
    await server.advance();
    expect((await server.rotations.current())?.note).toMatch(/^values are still sealed with an older key by jobs on /);
    await untilDone(server, [jobs]);
    expect(jobs.cipher.sealsWith).toBe(2);
  });

  it('hands a key out for a while before it seals', async () => {
    const patient = await testProcess(database.url, roots, 'server', { settleMs: 60_000 });
    processes.push(patient);
    await patient.service.rotate('data');
    await patient.advance();
    expect((await patient.rotations.current())?.note).toBe('data key 2 is being handed out');
    expect((await patient.keys.rows())[1]?.activated_at).toBeNull();
  });

  it('comes back to rows that somebody holds, and waits for none', async () => {
    const server = await start();
    await storeSecrets(server.db, server.cipher, 10);
    await server.service.rotate('data');
    await server.advance();
    await server.poll.refresh();
    await server.db.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM connections ORDER BY id LIMIT 3 FOR UPDATE');
      await server.advance();
      const open = (await server.rotations.columns(1)).find(({ name }) => name === 'connections.credentials');
      expect(open).toMatchObject({ pass: 2, done: 7, finishedAt: null });
    });
    await untilDone(server);
    expect(await server.service.verify()).toMatchObject({ failed: 0 });
  });

  it('pauses at a value that does not open, names it, and goes on when it is cured', async () => {
    const server = await start();
    await storeSecrets(server.db, server.cipher, 600);
    const [{ id, credentials }] = (await server.db.query<{ id: number; credentials: Buffer }>(
      'SELECT id, credentials FROM connections ORDER BY id OFFSET 550 LIMIT 1',
    )) as [{ id: number; credentials: Buffer }];
    const broken = Buffer.from(credentials);
    broken[60] = (broken[60] ?? 0) ^ 1;
    await server.db.query('UPDATE connections SET credentials = $2 WHERE id = $1', [id, broken]);
    await server.service.rotate('data');
    for (let turn = 0; turn < 10 && (await server.rotations.current())?.state === 'running'; turn += 1) await server.advance();
    const paused = await server.rotations.current();
    expect(paused).toMatchObject({ state: 'paused' });
    expect(paused?.note).toContain(`connections.credentials where id = ${id} does not open`);
    expect(await server.service.verify()).toMatchObject({ failed: 1 });

    await server.db.query('UPDATE connections SET credentials = $2 WHERE id = $1', [id, credentials]);
    await server.service.resume();
    await untilDone(server);
    const [row] = await server.db.query<{ credentials: Buffer }>('SELECT credentials FROM connections WHERE id = $1', [id]);
    expect(keyIdOf(row?.credentials as Buffer)).toBe(2);
  });

  it('is paused and resumed by an operator, and nothing moves meanwhile', async () => {
    const server = await start();
    await storeSecrets(server.db, server.cipher, 1_000);
    await server.service.rotate('data');
    await server.advance();
    await server.poll.refresh();
    let pages = 0;
    await server.advance(async () => {
      pages += 1;
      if (pages === 1) await server.service.pause();
      return true;
    });
    expect(await server.service.rotation()).toMatchObject({ state: 'paused', note: 'paused by an operator', done: 500 });
    await expect(server.service.pause()).rejects.toMatchObject({ code: 'conflict' });
    await server.service.resume();
    await untilDone(server);
  });

  it('leaves an old key alone until nothing needs it and no transaction can', async () => {
    const server = await start();
    await storeSecrets(server.db, server.cipher, 1);
    await expect(server.service.drop(1)).rejects.toThrow('1 in connections.credentials');
    await server.service.rotate('data');
    await untilDone(server);
    await expect(server.service.drop(1)).rejects.toThrow('has not sealed for a day');
    await server.db.query(`UPDATE data_keys SET activated_at = now() - interval '26 hours' WHERE id = 2`);
    await server.service.drop(1);
    await expect(server.service.drop(2)).rejects.toMatchObject({ code: 'conflict' });
    expect((await server.keys.rows()).map(({ id }) => id)).toEqual([2]);
    const later = await start('later');
    expect(await later.service.verify()).toMatchObject({ failed: 0 });
  });
});

describe('a root key rotation', () => {
  const fresh = () => toRootKey(randomBytes(32), 'new');

  it('wraps the data keys anew; then processes start without the old key', async () => {
    const primary = fresh();
    const server = await start('server', [primary, ...roots]);
    await storeSecrets(server.db, server.cipher, 3);
    await server.service.rotate('root');
    await untilDone(server);
    expect((await server.service.status()).roots).toMatchObject([
      { fingerprint: primary.fingerprint, primary: true, wraps: 1 },
      { fingerprint: roots[0]?.fingerprint, primary: false, wraps: 0, removable: true },
    ]);
    await server.keys.leave();
    const restarted = await start('restarted', [primary]);
    expect(await restarted.service.verify()).toMatchObject({ failed: 0 });
    await expect(testProcess(database.url, roots)).rejects.toThrow(primary.fingerprint);
  });

  it('waits for a process that lacks the new key, and names it', async () => {
    const primary = fresh();
    const [server, jobs] = [await start('server', [primary, ...roots]), await start('jobs')];
    await server.service.rotate('root');
    await server.advance();
    expect((await server.rotations.current())?.note).toMatch(
      new RegExp(`^root key ${primary.fingerprint} is missing in jobs on `),
    );
    expect(jobs.rotator.canAdvance((await jobs.rotations.current()) as never)).toBe(false);
    await jobs.keys.leave();
    await untilDone(server);
  });

  it('has nothing to do for the key that wraps everything already', async () => {
    const server = await start();
    await server.service.rotate('root');
    await untilDone(server);
    expect(await server.service.rotation()).toMatchObject({ scope: 'root', state: 'done' });
  });
});

it('a process that meets a key it lacks looks for it at once', async () => {
  const [server, jobs] = [await start('server'), await start('jobs')];
  await server.keys.add(server.db, roots[0] as RootKey);
  await server.keys.activate(2);
  await server.poll.refresh();
  const sealed = server.cipher.seal(secretOf(1), 'place');
  expect(() => jobs.cipher.open(sealed, 'place')).toThrow('no data key 2');
  await expect.poll(() => jobs.cipher.dataKeyIds).toContain(2);
  expect(jobs.cipher.openText(sealed, 'place')).toBe(secretOf(1));
});

it('a rotation is not paused by a database that is away for a moment', async () => {
  const server = await start();
  await storeSecrets(server.db, server.cipher, 10);
  await server.service.rotate('data');
  await server.advance();
  await server.poll.refresh();
  const replace = server.store.replace.bind(server.store);
  server.store.replace = () => Promise.reject(new Error('Connection terminated unexpectedly'));
  await expect(server.advance()).rejects.toThrow('Connection terminated');
  expect(await server.rotations.current()).toMatchObject({ state: 'running' });
  server.store.replace = replace;
  await untilDone(server);
  expect(await server.service.verify()).toMatchObject({ failed: 0 });
});

it('several processes take turns, whoever holds the lease', async () => {
  const both = [await start('server 1'), await start('server 2')] as const;
  await storeSecrets(both[0].db, both[0].cipher, 2_000);
  await both[0].service.rotate('data');
  for (const { poll, runner } of both) {
    poll.onApplicationBootstrap();
    runner.onApplicationBootstrap();
  }
  // Its looks are seconds apart; the other processes' are hurried here.
  await expect
    .poll(
      async () => {
        for (const { poll } of both) await poll.refresh();
        return both[0].rotations.current();
      },
      { timeout: 25_000, interval: 50 },
    )
    .toBeNull();
  for (const { poll, runner } of both) {
    await runner.beforeApplicationShutdown();
    await poll.beforeApplicationShutdown();
  }
  expect(await both[1].service.rotation()).toMatchObject({ state: 'done', done: 2_214, total: 2_214 });
  expect(await both[1].service.verify()).toMatchObject({ failed: 0 });
});
