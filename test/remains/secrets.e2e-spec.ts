import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { controlOf } from '../farm/index.mjs';

/**
 * After all end-to-end tests: no secret that a provider issued, or was given, lies readable in the database, in Redis, in a log or in
 * another file (design §4).
 */
const stack = inject('stack');
const farm = controlOf(inject('farm').url);
const PLANTED = {
  database: `planted/${randomUUID()}`,
  redis: `planted+${randomUUID()}`,
  files: 'Nest application successfully started',
};

/** More than a farm begins with. */
const MANY = 200;

/** The ways a text may be written down. */
function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const bytes = Buffer.from(secret);
  // Base64 of a text within another one looks otherwise, depending on what stands before it: three shifts, without the edges.
  const shifted = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '');
    return whole.slice(shift === 0 ? 0 : shift + 1, -2);
  });
  const encoded = [...shifted, ...shifted.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
  return [...new Set([secret, json, encodeURIComponent(secret), bytes.toString('hex'), ...encoded])];
}

/** Every value of every column that can hold text or bytes, in all schemas, as text and as the text in bytes. */
async function databaseDump(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string; columns: string[] }>(
      `SELECT format('%I.%I', c.table_schema, c.table_name) AS name, array_agg(format('%I', c.column_name)) AS columns
         FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema NOT IN ('pg_catalog', 'information_schema') AND t.table_type = 'BASE TABLE'
        GROUP BY 1`,
    );
    expect(tables.length).toBeGreaterThan(10);
    const parts: string[] = [];
    for (const { name, columns } of tables) {
      const { rows } = await client.query<Record<string, unknown>>(`SELECT ${columns.join(', ')} FROM ${name}`);
      for (const row of rows) parts.push(...Object.values(row).map(readable));
    }
    return parts.join('\n');
  } finally {
    await client.end();
  }
}

function readable(value: unknown): string {
  if (Buffer.isBuffer(value)) return `${value.toString('latin1')}\n${value.toString('hex')}`;
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

async function redisDump(url: string): Promise<string> {
  const redis = new Redis(url);
  try {
    const parts: string[] = [];
    const databases = Number(/db\d+/.exec(await redis.info('keyspace'))?.[0].slice(2) ?? 0) + 1;
    for (let database = 0; database < databases; database += 1) {
      await redis.select(database);
      for await (const keys of redis.scanStream({ count: 1000 }) as AsyncIterable<string[]>) {
        for (const key of keys) parts.push(key, await redisValue(redis, key));
      }
    }
    return parts.join('\n');
  } finally {
    redis.disconnect();
  }
}

async function redisValue(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key);
  const text = (value: unknown) => JSON.stringify(value);
  if (type === 'string') return (await redis.getBuffer(key))?.toString('latin1') ?? '';
  if (type === 'hash') return text(await redis.hgetall(key));
  if (type === 'list') return text(await redis.lrange(key, 0, -1));
  if (type === 'set') return text(await redis.smembers(key));
  if (type === 'zset') return text(await redis.zrange(key, 0, '-1'));
  if (type === 'stream') return text(await redis.xrange(key, '-', '+'));
  return '';
}

/** Logs, and whatever else services keep on disk: stored functions and payloads. */
const fileDump = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

let secrets: string[];
let dumps: Record<'database' | 'redis' | 'files', string>;
beforeAll(async () => {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  await client.query('CREATE TABLE planted (value bytea)');
  await client.query('INSERT INTO planted VALUES ($1)', [Buffer.from(`{"access_token":"${PLANTED.database}"}`)]);
  const redis = new Redis(stack.redisUrl);
  await redis.hset('planted', 'value', encodeURIComponent(PLANTED.redis));
  secrets = await farm.secrets();
  dumps = {
    database: await databaseDump(stack.databaseUrl),
    redis: await redisDump(stack.redisUrl),
    files: fileDump(inject('logs')),
  };
  await client.query('DROP TABLE planted');
  await client.end();
  await redis.del('planted');
  redis.disconnect();
});

/** Which of some texts are found, and where: never the text itself. */
const found = (dump: string, texts: readonly string[]): string[] =>
  texts
    .filter((text) => spellings(text).some((spelling) => dump.includes(spelling)))
    .map((text) => {
      const spelling = spellings(text).find((one) => dump.includes(one)) ?? '';
      const at = dump.indexOf(spelling);
      return `${text.slice(0, 12)}… after ${JSON.stringify(dump.slice(Math.max(0, at - 160), at))}`;
    });

it('the search finds what is there', () => {
  expect(found(dumps.database, [PLANTED.database])).toHaveLength(1);
  expect(found(dumps.redis, [PLANTED.redis])).toHaveLength(1);
  expect(found(dumps.files, [PLANTED.files])).toHaveLength(1);
  const hidden = Buffer.from(`{"raw":{"access_token":"${PLANTED.database}"}}`).toString('base64');
  expect(found(hidden, [PLANTED.database])).toHaveLength(1);
});

it('the end-to-end tests came before, so that there are secrets to look for', () => {
  expect(secrets.length).toBeGreaterThan(MANY);
});

it.each(['database', 'redis', 'files'] as const)('no secret lies readable in the %s', (where) => {
  expect(found(dumps[where], secrets)).toEqual([]);
});

afterAll(() => {
  dumps = { database: '', redis: '', files: '' };
});
