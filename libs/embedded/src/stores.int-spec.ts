import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres } from './postgres.js';
import { redisProgram } from './redis-program.js';
import { startRedis } from './redis.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-embedded-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const postgresIn = (name: string, password = 'secret') =>
  startPostgres({ folder: join(folder, name, 'postgres'), logFile: join(folder, name, 'postgres.log'), password, durable: true });

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

it('Postgres keeps what was committed when it is killed, and listens where it did', async () => {
  const postgres = await postgresIn('killed');
  await query(postgres.url, 'CREATE TABLE kept AS SELECT 1 AS n');
  const { pid } = postgres;
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => postgres.pid, { timeout: 20_000 }).not.toBe(pid);
  expect(await query(postgres.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  await postgres.stop();
  const again = await postgresIn('killed');
  expect(await query(again.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  await again.stop();
}, 40_000);

it('Postgres refuses a wrong password, a damaged folder and an empty one with one sentence and the cure', async () => {
  const cure = new RegExp(
    `${join(folder, 'damaged', 'postgres')} cannot be used \\(.+\\): .* remove ${join(folder, 'damaged')} to start anew`,
  );
  await (await postgresIn('damaged')).stop();
  await expect(postgresIn('damaged', 'other')).rejects.toThrow(cure);
  writeFileSync(join(folder, 'damaged', 'postgres', 'global', 'pg_control'), 'garbage');
  await expect(postgresIn('damaged')).rejects.toThrow(cure);
  rmSync(join(folder, 'damaged', 'postgres', 'PG_VERSION'));
  await expect(postgresIn('damaged')).rejects.toThrow(cure);
}, 40_000);

it('Redis comes back on its port when it is killed, and with files it cannot read it starts empty', async () => {
  const options = {
    program: await redisProgram(process.env['PATH'] ?? '', () => undefined),
    folder: join(folder, 'redis'),
    logFile: join(folder, 'redis.log'),
    password: 'secret',
    durable: true,
  };
  const server = await startRedis(options);
  const client = new Redis(server.url, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  await client.set('kept', 'yes');
  await client.config('SET', 'appendfsync', 'always');
  await client.set('kept', 'still');
  process.kill(server.pid, 'SIGKILL');
  expect(await client.get('kept')).toBe('still');
  client.disconnect();
  await server.stop();

  writeFileSync(join(options.folder, 'appendonlydir', 'appendonly.aof.manifest'), 'garbage');
  const empty = await startRedis(options);
  const fresh = new Redis(empty.url);
  expect(await fresh.dbsize()).toBe(0);
  fresh.disconnect();
  await empty.stop();
}, 20_000);
