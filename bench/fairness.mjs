import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { RedisModule } from '#libs/cache';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { newStackSecrets, redisProgram, startPostgres, startRedis } from '#libs/embedded';
import { Executions, ExecutionsModule } from '#libs/executions';
import { Secret } from '#libs/kernel';
import { migrateAll } from '#libs/migrate';
import { HandlesJob, headroomOf, QueuesModule, WorkersModule } from '#libs/queues';
import { Admission } from '../dist/libs/executions/src/admission.js';

/**
 * Fairness. A light tenant's wait, from the call that accepts its work until a worker has claimed it, beside another tenant that has
 * 100,000 runs queued, from one connection and from 1,000, and at the same time on an empty system of its own, so that both meet the same
 * noise; beside the same run in one line, first in, first out. Then what it costs to end an execution and admit the next, with 1,000 and with
 * 1,000,000 waiting. The ledger, admission, queue and worker are those of production, in one process on an embedded PostgreSQL and Redis; a
 * run only waits.
 */
const [NOISY, LIGHT] = [1, 2];
const BACKLOG = 100_000;
const SLOTS = 50;
const SUBMITTED_AT_ONCE = 5_000;
/** Runs of the noisy tenant take a second, more or less, so that they do not end together; those of the light one a fifth, ten a second. */
const noisyMs = () => 500 + Math.random() * 1_000;
const [LIGHT_MS, EVERY_MS, WARM_UP] = [200, 100, 10];

const [SMALL, LARGE, TURNS] = [1_000, 1_000_000, 4_000];

async function stores() {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  const { postgresPassword, redisPassword } = newStackSecrets();
  const common = (name) => ({ folder: join(folder, name), logFile: join(folder, `${name}.log`), durable: true });
  const postgres = await startPostgres({ ...common('postgres'), password: postgresPassword });
  const program = await redisProgram(process.env.PATH, console.log);
  const redis = await startRedis({ ...common('redis'), password: redisPassword, program });
  const stop = async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { databaseUrl: postgres.url, redisUrl: redis.url, stop };
}

/** A database and a Redis database of its own for one system. */
async function ownPlace({ databaseUrl, redisUrl }, number, key) {
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE fairlead_bench_${number}`);
  await admin.end();
  const [database, redis] = [new URL(databaseUrl), new URL(redisUrl)];
  database.pathname = `/fairlead_bench_${number}`;
  redis.pathname = `/${number}`;
  await migrateAll({ NANGO_DATABASE_URL: database.href, NANGO_ENCRYPTION_KEY: key });
  return { databaseUrl: database.href, redisUrl: redis.href };
}

const each = (count) => ({ action: count, 'action-async': count, sync: count, 'on-event': count });

/** Takes what is admitted, as jobs does, and waits instead of running it. */
class Worker {
  id = randomUUID();
  startedAt = new Map();
  started = 0;

  constructor(executions, db) {
    Object.assign(this, { executions, db });
  }

  async handle({ executionId, environmentId }) {
    if (!(await this.executions.claim(executionId, this.id))) return;
    this.started += 1;
    this.startedAt.set(executionId, performance.now());
    await delay(environmentId === LIGHT ? LIGHT_MS : noisyMs());
    await this.executions.settle(this.db, executionId, { state: 'succeeded' });
  }

  async lost() {}
}
HandlesJob('sync.run')(Worker);

/** @param headroom on top of the slots */
async function startEngine({ databaseUrl, redisUrl }, key, headroom) {
  const concurrency = { ...each(SLOTS), delivery: 1, maintenance: 1 };
  const worker = { provide: Worker, inject: [Executions, Database], useFactory: (executions, db) => new Worker(executions, db) };
  const imports = [
    DatabaseModule.forRoot({ url: databaseUrl, poolMax: 20, ssl: false, applicationName: 'fairlead-bench' }),
    CryptoModule.forRoot(new Secret(key)),
    RedisModule.forRoot(redisUrl),
    QueuesModule.forRoot(),
    ExecutionsModule.forRoot({ slots: each(SLOTS), headroom: each(headroom), environmentCaps: each(500), maxQueued: 10_000 }),
    WorkersModule.forRoot({ concurrency, graceMs: 3_000 }),
  ];
  const context = await NestFactory.createApplicationContext(
    { module: Worker, imports, providers: [worker] },
    { logger: ['error'] },
  );
  const of = (type) => context.get(type, { strict: false });
  return { db: of(Database), executions: of(Executions), worker: of(Worker), close: () => context.close() };
}

const runOf = (environmentId, connectionRowId) => ({
  kind: 'sync',
  environmentId,
  functionId: 1,
  connectionRowId,
  syncId: randomUUID(),
});

async function makeBacklog({ db, executions }, connections) {
  for (let at = 0; at < BACKLOG; at += SUBMITTED_AT_ONCE) {
    const runs = Array.from({ length: SUBMITTED_AT_ONCE }, (_, index) => runOf(NOISY, 1 + ((at + index) % connections)));
    await db.transaction((tx) => executions.submitMany(tx, runs));
  }
}

/** The light tenant's waits, in order of size. */
async function lightWaits({ db, executions, worker }, seconds) {
  const sent = [];
  const first = performance.now();
  for (let index = 0; index < (seconds * 1_000) / EVERY_MS; index += 1) {
    await delay(Math.max(0, first + index * EVERY_MS - performance.now()));
    const at = performance.now();
    sent.push(db.transaction((tx) => executions.submit(tx, runOf(LIGHT, 1_000_000))).then((id) => ({ id, at })));
  }
  const all = (await Promise.all(sent)).slice(WARM_UP);
  for (const until = performance.now() + 10_000; all.some(({ id }) => !worker.startedAt.has(id)); await delay(10)) {
    if (performance.now() > until) break;
  }
  const now = performance.now();
  return all.map(({ id, at }) => (worker.startedAt.get(id) ?? now) - at).toSorted((a, b) => a - b);
}

/** The same in one line with the others: how long one waits at least, and how long it would by the rate of the line. */
async function firstInFirstOut({ db, executions, worker }, seconds) {
  const { started } = worker;
  const at = performance.now();
  const [id] = await db.transaction((tx) => executions.submitMany(tx, [runOf(NOISY, 1)]));
  await delay(seconds * 1_000);
  const elapsed = performance.now() - at;
  const isStarted = worker.startedAt.has(id);
  return isStarted ? elapsed : (BACKLOG / (worker.started - started)) * elapsed;
}

const quantiles = (waits) => {
  const at = (share) => waits[Math.min(waits.length - 1, Math.ceil(share * waits.length) - 1)];
  return { p50: at(0.5), p95: at(0.95), most: at(1) };
};

/** @param connections of the backlog; without any it goes on with that of the scenario before */
async function scenario([busyPlace, emptyPlace], key, { connections = 0, headroom, seconds, line = false }) {
  const redis = new Redis(busyPlace.redisUrl);
  if (connections > 0) await redis.flushdb();
  redis.disconnect();
  const [busy, empty] = await Promise.all([startEngine(busyPlace, key, headroom), startEngine(emptyPlace, key, headroom)]);
  try {
    if (connections > 0) {
      await busy.db.query('TRUNCATE executions');
      await makeBacklog(busy, connections);
    }
    const [waits, emptyWaits] = await Promise.all([
      lightWaits(busy, seconds),
      delay(EVERY_MS / 2).then(() => lightWaits(empty, seconds)),
    ]);
    const figures = { ...quantiles(waits), empty: quantiles(emptyWaits) };
    return { ...figures, ...(line ? { line: await firstInFirstOut(busy, 3) } : {}) };
  } finally {
    await Promise.all([busy.close(), empty.close()]);
  }
}

async function fill(admission, kind, count, connections) {
  for (let at = 0; at < count; at += SUBMITTED_AT_ONCE / 5) {
    const offers = Array.from({ length: Math.min(count, SUBMITTED_AT_ONCE / 5) }, (_, index) => ({
      id: `${kind}-${at + index}`,
      environmentId: 1 + ((at + index) % 7),
      connectionRowId: 1 + ((at + index) % connections),
    }));
    await admission.offer(kind, offers, 0);
  }
}

/** Ends one and admits the next, again and again, in turns, so that both meet the same noise. */
async function dequeues({ redisUrl }) {
  const redis = new Redis(redisUrl);
  await redis.flushdb();
  const admission = new Admission(redis, {
    slots: each(SLOTS),
    environmentCaps: each(500),
    maxQueued: 10_000,
    connectionCap: 10,
  });
  const sizes = { sync: SMALL + TURNS, 'action-async': LARGE + TURNS };
  const taken = {};
  for (const kind of Object.keys(sizes)) {
    await fill(admission, kind, sizes[kind], 1_000);
    taken[kind] = { running: await redis.zrange(`fairlead:admission:${kind}:running`, 0, -1), ms: [] };
  }
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const kind of Object.keys(sizes)) {
      const { running, ms } = taken[kind];
      const at = performance.now();
      const admitted = await admission.release(kind, running.shift());
      ms.push(performance.now() - at);
      running.push(...admitted.map(({ id }) => id));
      if (admitted.length !== 1) throw new Error(`${admitted.length} were admitted where one had ended`);
    }
  }
  await redis.flushdb();
  redis.disconnect();
  const of = (kind) => quantiles(taken[kind].ms.toSorted((a, b) => a - b));
  return { small: of('sync'), large: of('action-async') };
}

const text = ({ p50, p95, most }) => [p50, p95, most].map((ms) => ms.toFixed(1)).join(' / ');

function print(rows, { small, large }) {
  console.log(
    '| light tenant, wait in ms | p50 / p95 / most | empty system, at the same time | ratio of p95 |\n|---|---|---|---|',
  );
  for (const [name, figures] of rows)
    console.log(`| ${name} | ${text(figures)} | ${text(figures.empty)} | ${ratioOf(figures).toFixed(2)} |`);
  const [[, { line, empty }]] = rows;
  const seconds = (line / 1_000).toFixed(0);
  console.log(`| first in, first out, by the rate of the line | ${seconds} s | | ${Math.round(line / empty.p95)} |`);
  console.log('\n| end one, admit the next, ms | p50 | p95 |\n|---|---|---|');
  for (const [name, { p50, p95 }] of [
    [`${SMALL} wait`, small],
    [`${LARGE} wait`, large],
  ])
    console.log(`| ${name} | ${p50.toFixed(3)} | ${p95.toFixed(3)} |`);
}

const ratioOf = ({ p95, empty }) => p95 / empty.p95;
const round = (value, digits = 2) => Number(value.toFixed(digits));

/** @returns {Promise<Record<string, number>>} the figures, also printed */
export async function run({ seconds = 6 } = {}) {
  const key = randomBytes(32).toString('base64');
  const servers = await stores();
  try {
    const places = [await ownPlace(servers, 1, key), await ownPlace(servers, 2, key)];
    const measure = (more) => scenario(places, key, { headroom: headroomOf(SLOTS), seconds, ...more });
    const one = await measure({ connections: 1, line: true });
    const many = await measure({ connections: 1_000 });
    const tight = await measure({ headroom: 0 });
    const { small, large } = await dequeues(servers);
    const rows = { '100,000 of one connection': one, '100,000 of 1,000 connections': many, 'the same, without headroom': tight };
    print(Object.entries(rows), { small, large });
    return {
      one_connection_p95_ms: round(one.p95),
      many_connections_p95_ms: round(many.p95),
      empty_p95_ms: round(many.empty.p95),
      ratio_empty: round(Math.max(ratioOf(one), ratioOf(many))),
      ratio_without_headroom: round(ratioOf(tight)),
      first_in_first_out_ms: Math.round(one.line),
      dequeue_1k_p50_ms: round(small.p50, 3),
      dequeue_1m_p50_ms: round(large.p50, 3),
      ratio_backlog: round(large.p50 / small.p50),
    };
  } finally {
    await servers.stop();
  }
}
