import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Cipher, CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { startPostgres } from '#libs/embedded';
import { KeyRotationModule, KeyRotations } from '#libs/key-rotation';
import { Secret } from '#libs/kernel';
import { migrateAll } from '#libs/migrate';
import { RecordsModule } from '#libs/records';
import { median } from './lib.mjs';

/**
 * Rotating the data key of 100,000 connections while another process reads them, beside the least that could touch the same rows: a plain
 * `UPDATE … SET credentials = credentials` in batches of the same size, with the same reader, in turns. `ratio_plain` is ours to that one.
 * Server: NANGO_DATABASE_URL, else an embedded one with all its durability on.
 */
const CONNECTIONS = 100_000;
const BATCH = 500;
const SEED_BATCH = 5_000;
/** Rows of a turn. */
const SLICE = 20_000;
const READER = fileURLToPath(new URL('rewrap-reader.mjs', import.meta.url));

async function store() {
  if (process.env.NANGO_DATABASE_URL) return { url: process.env.NANGO_DATABASE_URL, stop: async () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  const options = { folder: join(folder, 'postgres'), logFile: join(folder, 'postgres.log'), durable: true };
  const postgres = await startPostgres({ ...options, password: randomBytes(12).toString('hex') });
  const stop = async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: postgres.url, stop };
}

/** A migrated database of our own on the server. */
async function ownDatabase(serverUrl, key) {
  const name = `fairlead_bench_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const { href } = Object.assign(new URL(serverUrl), { pathname: `/${name}` });
  await migrateAll({ NANGO_DATABASE_URL: href, NANGO_ENCRYPTION_KEY: key });
  const drop = async () => {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  };
  return { url: href, drop };
}

async function seed(db, cipher) {
  const [{ id: environment }] = await db.query(`SELECT id FROM environments WHERE name = 'dev'`);
  const [{ id: integration }] = await db.query(
    `INSERT INTO integrations (environment_id, unique_key, provider) VALUES ($1, 'bench', 'bench') RETURNING id`,
    [environment],
  );
  const [{ first }] = await db.query(`SELECT min(nextval('connections_id_seq'))::int AS first FROM generate_series(1, $1::int)`, [
    CONNECTIONS,
  ]);
  for (let from = first; from < first + CONNECTIONS; from += SEED_BATCH) {
    const ids = Array.from({ length: SEED_BATCH }, (_, n) => from + n);
    const seal = (id) =>
      cipher.seal(JSON.stringify({ type: 'API_KEY', apiKey: `sk_${id}` }), `connections.credentials:${environment}:${id}`);
    await db.query(
      `INSERT INTO connections (id, environment_id, integration_id, connection_id, credentials_type, credentials) OVERRIDING SYSTEM VALUE
       SELECT id, $1, $2, 'c' || id, 'API_KEY', decode(sealed, 'hex') FROM unnest($3::int[], $4::text[]) AS u (id, sealed)`,
      [environment, integration, ids, ids.map((id) => seal(id).toString('hex'))],
    );
  }
  return { environment, first };
}

async function startReader(url, key, { environment, first }) {
  const env = { DATABASE_URL: url, ENCRYPTION_KEY: key, ENVIRONMENT: environment, FIRST: first, COUNT: CONNECTIONS };
  const child = fork(READER, { env: { PATH: process.env.PATH, ...env } });
  const take = async () => {
    child.send('take');
    const [{ latencies, ...seen }] = await once(child, 'message');
    latencies.sort((a, b) => a - b);
    return { ...seen, p99: latencies[Math.floor(latencies.length * 0.99)] ?? 0 };
  };
  for (const until = performance.now() + 30_000; (await take()).reads === 0; await delay(50)) {
    if (performance.now() > until) throw new Error('the reader does not read');
  }
  return { take, stop: () => (child.disconnect(), once(child, 'exit')) };
}

/** Sums of what the reader saw while each side worked, and of the rows that side did in how much time. */
const side = () => ({ rows: 0, seconds: 0, reads: 0, readSeconds: 0, failed: 0, p99s: [] });

/** Adds what the reader sees while something works. @param work answers rows and the seconds they took */
async function watched(reader, into, work) {
  await reader.take();
  const startedAt = performance.now();
  const { rows, seconds } = await work();
  const { reads, failed, p99 } = await reader.take();
  into.rows += rows;
  into.seconds += seconds;
  into.reads += reads;
  into.readSeconds += (performance.now() - startedAt) / 1000;
  into.failed += failed;
  into.p99s.push(p99);
}

async function plainSlice(db, first) {
  const startedAt = performance.now();
  for (let from = first; from < first + SLICE; from += BATCH) {
    await db.query('UPDATE connections SET credentials = credentials WHERE id >= $1 AND id < $2', [from, from + BATCH]);
  }
  return { rows: SLICE, seconds: (performance.now() - startedAt) / 1000 };
}

/** The rotation's own clock: what it waits for on purpose does not count. */
async function progress(rotations) {
  const { done, rowsPerSecond, state, note } = await rotations.rotation();
  if (state === 'paused' && note !== 'paused by an operator') throw new Error(note);
  return { state, rows: done, seconds: rowsPerSecond ? done / rowsPerSecond : 0 };
}

/** Lets the rotation go on for a slice, or to its end. */
async function rotationSlice(rotations) {
  const before = await progress(rotations);
  let now = before;
  if (before.state === 'paused') await rotations.resume();
  while (now.state !== 'done' && now.rows - before.rows < SLICE) {
    await delay(20);
    now = await progress(rotations);
  }
  if (now.state !== 'done') await rotations.pause();
  now = await progress(rotations);
  return { rows: now.rows - before.rows, seconds: now.seconds - before.seconds };
}

/** A slice of each by turns, so that both meet the same noise. */
async function inTurns(reader, db, rotations, first) {
  const [plain, ours] = [side(), side()];
  await rotations.rotate('data');
  while ((await progress(rotations)).rows === 0) await delay(20);
  for (let slice = 0; (await progress(rotations)).state !== 'done'; slice += 1) {
    await watched(reader, ours, () => rotationSlice(rotations));
    await watched(reader, plain, () => plainSlice(db, first + ((slice * SLICE) % CONNECTIONS)));
  }
  return { plain, ours };
}

const summary = ({ rows, seconds, reads, readSeconds, failed, p99s }) => ({
  rate: rows / seconds,
  reads: reads / readSeconds,
  p99: median(p99s),
  failed,
});

const row = (name, { rate, reads, failed, p99 }) =>
  console.log(`| ${name} | ${rate ? Math.round(rate) : '–'} | ${Math.round(reads)} | ${p99.toFixed(1)} | ${failed} |`);

function print({ idle, plain, ours }) {
  console.log(
    `| ${CONNECTIONS} connections | rows/s | reads/s meanwhile | 20 reads, p99 ms | failed reads |\n|---|---|---|---|---|`,
  );
  row('reader alone', { ...idle, rate: 0 });
  row('plain update', plain);
  row('key rotation', ours);
  console.log(`\nkey rotation to plain update: ${(ours.rate / plain.rate).toFixed(2)}`);
}

/** @returns {Promise<Record<string, number>>} the figures, also printed */
export async function run() {
  const key = randomBytes(32).toString('base64');
  const server = await store();
  const database = await ownDatabase(server.url, key);
  const connection = { url: database.url, poolMax: 5, ssl: false, applicationName: 'fairlead-bench' };
  const imports = [
    DatabaseModule.forRoot(connection),
    RecordsModule.forRoot({ ...connection, maxPageBytes: 1_000_000 }),
    CryptoModule.forRoot(new Secret(key)),
    KeyRotationModule.forRoot(),
  ];
  const context = await NestFactory.createApplicationContext({ module: KeyRotationModule, imports }, { logger: ['error'] });
  const of = (type) => context.get(type, { strict: false });
  const [db, rotations] = [of(Database), of(KeyRotations)];
  const seeded = await seed(db, of(Cipher));
  const reader = await startReader(database.url, key, seeded);
  try {
    const alone = side();
    await watched(reader, alone, async () => (await delay(2_000), { rows: 0, seconds: 2 }));
    const sides = await inTurns(reader, db, rotations, seeded.first);
    const { failed } = await rotations.verify();
    if (failed > 0) throw new Error(`${failed} values do not open any more`);
    const [idle, plain, ours] = [alone, sides.plain, sides.ours].map(summary);
    print({ idle, plain, ours });
    return {
      plain_rows_per_s: Math.round(plain.rate),
      rewrap_rows_per_s: Math.round(ours.rate),
      ratio_plain: Math.round((ours.rate / plain.rate) * 100) / 100,
      reads_per_s_idle: Math.round(idle.reads),
      reads_per_s_plain: Math.round(plain.reads),
      reads_per_s_rewrap: Math.round(ours.reads),
      read_p99_ms_plain: Math.round(plain.p99 * 10) / 10,
      read_p99_ms_rewrap: Math.round(ours.p99 * 10) / 10,
      failed_reads: idle.failed + plain.failed + ours.failed,
    };
  } finally {
    await reader.stop();
    await context.close();
    await database.drop();
    await server.stop();
  }
}
