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
const ROUNDS = 3;
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

/** Rows a second of work, and what the reader saw meanwhile. */
async function measured(reader, work) {
  await reader.take();
  const startedAt = performance.now();
  const rows = (await work()) ?? CONNECTIONS;
  const seconds = (performance.now() - startedAt) / 1000;
  const { reads, failed, p99 } = await reader.take();
  return { rate: rows / seconds, reads: reads / seconds, failed, p99 };
}

async function plainUpdate(db, first) {
  for (let from = first; from < first + CONNECTIONS; from += BATCH) {
    await db.query('UPDATE connections SET credentials = credentials WHERE id >= $1 AND id < $2', [from, from + BATCH]);
  }
}

/** Opens a rotation and answers when the first page is done: until then keys are handed out, which takes its time on purpose. */
async function untilFirstPage(rotations) {
  await rotations.rotate('data');
  for (;;) {
    const { done, state, note } = await rotations.rotation();
    if (state === 'paused') throw new Error(note);
    if (done > 0) return done;
    await delay(5);
  }
}

async function untilDone(rotations, before) {
  for (;;) {
    const { total, state, note } = await rotations.rotation();
    if (state === 'paused') throw new Error(note);
    if (state === 'done') return total - before;
    await delay(20);
  }
}

/** A round of each, so that both meet the same noise. */
async function inTurns(reader, db, rotations, first) {
  const plain = await measured(reader, () => plainUpdate(db, first));
  await db.query('VACUUM connections');
  const before = await untilFirstPage(rotations);
  const ours = await measured(reader, () => untilDone(rotations, before));
  await db.query('VACUUM connections');
  return { plain, ours };
}

/** Medians of what rounds measured; every failed read counts. */
const middle = (rounds) => ({
  rate: median(rounds.map(({ rate }) => rate)),
  reads: median(rounds.map(({ reads }) => reads)),
  p99: median(rounds.map(({ p99 }) => p99)),
  failed: rounds.reduce((all, { failed }) => all + failed, 0),
});

const row = (name, { rate, reads, failed, p99 }) =>
  console.log(`| ${name} | ${rate ? Math.round(rate) : '–'} | ${Math.round(reads)} | ${p99.toFixed(1)} | ${failed} |`);

function print({ idle, plain, ours }, ratio) {
  console.log(
    `| ${CONNECTIONS} connections | rows/s | reads/s meanwhile | 20 reads, p99 ms | failed reads |\n|---|---|---|---|---|`,
  );
  row('reader alone', { ...idle, rate: 0 });
  row('plain update', plain);
  row('key rotation', ours);
  console.log(`\nkey rotation to plain update, median of ${ROUNDS} rounds: ${ratio.toFixed(2)}`);
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
    const idle = await measured(reader, () => delay(2_000));
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await inTurns(reader, db, rotations, seeded.first));
    const { failed } = await rotations.verify();
    if (failed > 0) throw new Error(`${failed} values do not open any more`);
    const [plain, ours] = ['plain', 'ours'].map((name) => middle(rounds.map((round) => round[name])));
    const ratio = median(rounds.map((round) => round.ours.rate / round.plain.rate));
    print({ idle, plain, ours }, ratio);
    return {
      plain_rows_per_s: Math.round(plain.rate),
      rewrap_rows_per_s: Math.round(ours.rate),
      ratio_plain: Math.round(ratio * 100) / 100,
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
