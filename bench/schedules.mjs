import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { Worker } from 'bullmq';
import pg from 'pg';
import { REDIS_FACTORY, RedisModule } from '#libs/cache';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { newStackSecrets, redisProgram, startPostgres, startRedis } from '#libs/embedded';
import { Executions, ExecutionsModule } from '#libs/executions';
import { Secret } from '#libs/kernel';
import { migrateAll } from '#libs/migrate';
import { QueuesModule } from '#libs/queues';

/**
 * 100,000 schedules, due one after the other over a quarter of an hour (9.6 million runs a day), and two orchestrators; workers that take
 * what comes and end it at once, doing nothing. Lateness is from the moment a schedule is due until the transaction that accepts its run,
 * and until the job is with a worker. Beside it, in turns on the same table: two loops that take due rows (`SELECT … FOR UPDATE SKIP LOCKED`)
 * and mark them, and no more; their lateness ends with their commit.
 * Then 20,000 schedules at once: how many rows are taken a second.
 */
const SCHEDULES = 100_000;
const PERIOD_MS = 900_000;
const HERD = 20_000;
const MIN_WINDOW_S = 15;
const SLOTS = 200;
const TAKEN_AT_ONCE = 1_000;
const EVERY_MS = 200;
const ENDED_EVERY_MS = 100;
const ORCHESTRATOR = fileURLToPath(new URL('../dist/apps/orchestrator/src/main.js', import.meta.url));

const DEFINITION = { models: ['Item'], runs: 'every 15 minutes', auto_start: true, sync_type: 'incremental' };
const FIXTURES = `WITH e AS (SELECT id FROM environments ORDER BY id LIMIT 1),
  i AS (INSERT INTO integrations (environment_id, unique_key, provider) SELECT id, 'bench', 'any' FROM e RETURNING id, environment_id),
  c AS (INSERT INTO connections (environment_id, integration_id, connection_id, credentials_type, credentials)
        SELECT environment_id, id, 'c-' || n, 'NONE', '' FROM i, generate_series(1, $1::int / 100) n RETURNING id, environment_id),
  f AS (INSERT INTO functions (environment_id, integration_id, type, name, source, version, bundle_hash, source_hash, definition)
        SELECT environment_id, id, 'sync', 'noop', 'repo', '1', '', '', $2 FROM i RETURNING id),
  y AS (INSERT INTO syncs (id, environment_id, connection_id, function_id, name, variant)
        SELECT gen_random_uuid(), c.environment_id, c.id, f.id, 'noop', 'v' || n FROM c, f, generate_series(1, 100) n RETURNING id, environment_id)
  INSERT INTO sync_schedules (sync_id, environment_id, state, frequency_ms, starts_at, next_run_at)
  SELECT id, environment_id, 'started', ${PERIOD_MS}, now(), now() + interval '1 day' FROM y`;
/** Spread in the order of their ids, so that neighbours in the table are not neighbours in time. */
const SPREAD = `UPDATE sync_schedules s SET live_execution_id = NULL, starts_at = o.at, next_run_at = o.at
  FROM (SELECT sync_id, now() + interval '1 second' + interval '1 ms' * ($1::float8 * row_number() OVER (ORDER BY sync_id)) AS at
          FROM sync_schedules) o WHERE o.sync_id = s.sync_id`;
/** What others hold is left: they wait for nobody, and nobody for them. */
const FREE = (
  condition,
  limit,
) => `sync_id IN (SELECT sync_id FROM sync_schedules WHERE live_execution_id IS NULL AND ${condition}
  LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
const LATER = `UPDATE sync_schedules SET next_run_at = now() + interval '1 day' WHERE ${FREE("next_run_at < now() + interval '12 hours'", 'ALL')}`;
const RESET = `UPDATE sync_schedules SET live_execution_id = NULL, next_run_at = now() + interval '1 day'`;
const HERD_DUE = `UPDATE sync_schedules SET next_run_at = now() WHERE ${FREE('true', HERD)}`;
const WAITING = `SELECT count(*)::int AS count FROM sync_schedules WHERE state = 'started' AND live_execution_id IS NULL AND next_run_at <= now()`;
const RELEASE = `UPDATE sync_schedules SET live_execution_id = NULL, next_run_at = next_run_at + interval '1 ms' * frequency_ms
  WHERE sync_id = ANY ($1::uuid[])`;

/** Nest wants something to hang imports on. */
function BenchModule() {}

async function stores() {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  const { postgresPassword, redisPassword, ...secrets } = newStackSecrets();
  const common = (name) => ({ folder: join(folder, name), logFile: join(folder, `${name}.log`), durable: true });
  const postgres = await startPostgres({ ...common('postgres'), password: postgresPassword });
  const program = await redisProgram(process.env.PATH, console.log);
  const redis = await startRedis({ ...common('redis'), password: redisPassword, program });
  mkdirSync(join(folder, 'objects'));
  const env = {
    PATH: process.env.PATH,
    ...secrets,
    NANGO_DATABASE_URL: postgres.url,
    NANGO_REDIS_URL: redis.url,
    FAIRLEAD_DATA_DIR: folder,
    FAIRLEAD_OBJECTS_PATH: join(folder, 'objects'),
    NANGO_ORCHESTRATOR_PORT: '0',
    FAIRLEAD_EXECUTION_SLOTS: JSON.stringify({ sync: SLOTS }),
    LOG_LEVEL: 'error',
  };
  await migrateAll(env);
  const stop = async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { env, stop };
}

async function startOrchestrator(env) {
  const child = spawn(process.execPath, [ORCHESTRATOR], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = async () => {
    child.kill();
    await (child.exitCode ?? once(child, 'exit'));
  };
  for await (const line of createInterface({ input: child.stdout, signal: AbortSignal.timeout(60_000) })) {
    if (!line.includes('"ready"')) continue;
    child.stdout.resume();
    return { stop };
  }
  throw new Error('an orchestrator ended before it was ready');
}

/** Consumers stand for work that would take its time elsewhere: what they write is not to queue for the disk. */
const withoutWaiting = (url) => `${url}?options=${encodeURIComponent('-c synchronous_commit=off')}`;

/** Takes what is admitted, notes how late it came, and ends it; ends are written ten times a second. */
async function startConsumers(env, db, onTaken) {
  const url = withoutWaiting(env.NANGO_DATABASE_URL);
  const options = { url, poolMax: 10, ssl: false, applicationName: 'fairlead-bench' };
  const caps = { action: SLOTS, 'action-async': 1, sync: SLOTS, 'on-event': SLOTS };
  const imports = [
    DatabaseModule.forRoot(options),
    CryptoModule.forRoot(new Secret(env.NANGO_ENCRYPTION_KEY)),
    RedisModule.forRoot(env.NANGO_REDIS_URL),
    QueuesModule.forRoot(),
    ExecutionsModule.forRoot({ slots: caps, environmentCaps: caps, maxQueued: 1_000_000 }),
  ];
  const app = await NestFactory.createApplicationContext({ module: BenchModule, imports }, { logger: false });
  const [executions, sql] = [Executions, Database].map((type) => app.get(type, { strict: false }));
  const workerId = randomUUID();
  await db.query(`INSERT INTO workers (id, kind, heartbeat_at) VALUES ($1, 'jobs', now() + interval '1 hour')`, [workerId]);
  let ended = { ids: [], done: Promise.withResolvers() };
  const flush = async () => {
    const batch = ended;
    ended = { ids: [], done: Promise.withResolvers() };
    await db.query(RELEASE, [batch.ids]);
    batch.done.resolve();
  };
  let flushing = Promise.resolve();
  const timer = setInterval(() => {
    flushing = flushing.then(flush);
  }, ENDED_EVERY_MS);
  const handle = async ({ data: { executionId } }) => {
    const at = Date.now();
    const execution = await executions.claim(executionId, workerId);
    if (!execution) return;
    onTaken(execution.syncId, at, execution.createdAt.getTime());
    ended.ids.push(execution.syncId);
    await ended.done.promise;
    await executions.settle(sql, executionId, { state: 'succeeded' });
  };
  const connection = app.get(REDIS_FACTORY, { strict: false })('bench');
  const worker = new Worker('sync', handle, { connection, prefix: 'fairlead', concurrency: SLOTS, maxStalledCount: 0 });
  worker.on('failed', (_job, error) => console.error(`a consumer failed: ${error.message}`));
  worker.on('error', (error) => console.error(`a consumer: ${error.message}`));
  return async () => {
    await worker.close();
    clearInterval(timer);
    await flushing;
    await app.close();
  };
}

/** What a poller cannot do without: take due rows that nobody holds, and mark them. */
async function plainPoller(url, isOver, onTaken) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const take = async () => {
    await client.query('BEGIN');
    const { rows } = await client.query(
      `SELECT sync_id, next_run_at FROM sync_schedules WHERE state = 'started' AND next_run_at <= now() AND live_execution_id IS NULL
        ORDER BY next_run_at LIMIT ${TAKEN_AT_ONCE} FOR UPDATE SKIP LOCKED`,
    );
    if (rows.length > 0) {
      const ids = rows.map(({ sync_id }) => sync_id);
      await client.query('UPDATE sync_schedules SET live_execution_id = gen_random_uuid() WHERE sync_id = ANY ($1::uuid[])', [
        ids,
      ]);
    }
    await client.query('COMMIT');
    const at = Date.now();
    for (const { sync_id } of rows) onTaken(sync_id, at);
    return rows.length;
  };
  while (!isOver()) {
    while ((await take()) >= TAKEN_AT_ONCE);
    await delay(EVERY_MS);
  }
  await client.end();
}

const percentiles = (late) => {
  late.sort((a, b) => a - b);
  const at = (share) => Math.round(late[Math.min(late.length - 1, Math.ceil(share * late.length) - 1)]);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
};

/** Lateness in milliseconds of what was due within a window. */
function latenessMeter() {
  let due = new Map();
  const [late, accepted] = [[], []];
  return {
    async begin(db) {
      const { rows } = await db.query('SELECT sync_id, next_run_at FROM sync_schedules WHERE next_run_at > now()');
      const times = rows.map(({ sync_id, next_run_at }) => [sync_id, next_run_at.getTime()]);
      // What came due while they were read may have been taken unseen.
      due = new Map(times.filter(([, dueAt]) => dueAt > Date.now()));
    },
    /** @param acceptedAt when its row was written */
    taken(syncId, at, acceptedAt = at) {
      const dueAt = due.get(syncId);
      if (dueAt === undefined) return;
      due.delete(syncId);
      late.push(at - dueAt);
      accepted.push(acceptedAt - dueAt);
    },
    /** What should have come until then and did not counts as late until now. */
    end(until) {
      const missing = [...due.values()].filter((dueAt) => dueAt < until).map((dueAt) => Date.now() - dueAt);
      due = new Map();
      const all = late.concat(missing);
      return { count: all.length, missing: missing.length, late: percentiles(all), accepted: percentiles(accepted) };
    },
  };
}

async function lateness(db, meter, seconds) {
  await db.query(LATER);
  await db.query(SPREAD, [PERIOD_MS / SCHEDULES]);
  await db.query('VACUUM ANALYZE sync_schedules');
  await meter.begin(db);
  await delay(seconds * 1_000);
  const until = Date.now();
  await delay(1_500);
  return meter.end(until);
}

/** Rows taken a second when so many are due at once. */
async function herd(db) {
  await db.query(LATER);
  await delay(500);
  await db.query(HERD_DUE);
  const startedAt = performance.now();
  for (let tries = 0; tries < 1_200; tries += 1) {
    const [{ count }] = (await db.query(WAITING)).rows;
    if (count === 0) return HERD / ((performance.now() - startedAt) / 1_000);
    await delay(50);
  }
  throw new Error('what was due at once was not taken within a minute');
}

async function plain(db, url, seconds) {
  const meter = latenessMeter();
  let isOver = false;
  const pollers = [1, 2].map(() =>
    plainPoller(
      url,
      () => isOver,
      (...taken) => meter.taken(...taken),
    ),
  );
  try {
    return { late: await lateness(db, meter, seconds), rate: await herd(db) };
  } finally {
    isOver = true;
    await Promise.all(pollers);
  }
}

async function ours(db, env, seconds) {
  const meter = latenessMeter();
  await db.query(RESET);
  const stopConsumers = await startConsumers(env, db, (...taken) => meter.taken(...taken));
  const orchestrators = await Promise.all([startOrchestrator(env), startOrchestrator(env)]);
  try {
    return { late: await lateness(db, meter, seconds), rate: await herd(db) };
  } finally {
    await Promise.all(orchestrators.map(({ stop }) => stop()));
    await stopConsumers();
  }
}

const ROWS = {
  plain: 'plain loop, two: until its commit',
  accepted: 'two orchestrators: until accepted',
  ours: '… until a worker has it',
};

function print(figures) {
  console.log(
    `${SCHEDULES} schedules, ${Math.round((SCHEDULES / PERIOD_MS) * 1_000)} due a second; load ${figures.load.toFixed(1)}`,
  );
  console.log('| | due | late p50 ms | p95 | p99 | max | at once, rows/s |\n|---|---|---|---|---|---|---|');
  for (const [name, title] of Object.entries(ROWS)) {
    const row = ['due', 'p50', 'p95', 'p99', 'max', 'rows_per_s'].map((part) => figures[`${name}_${part}`] ?? '');
    console.log(`| ${title} | ${row.join(' | ')} |`);
  }
  console.log(`p99: bar 1000 ms; not taken in time ${figures.ours_missing}; ratio of rows/s ${figures.ratio_plain}`);
}

const figuresOf = (name, times, more = {}) =>
  Object.fromEntries(Object.entries({ ...times, ...more }).map(([part, value]) => [`${name}_${part}`, value]));

/** @param {{ seconds?: number }} options of each of two windows; at least 15 */
export async function run({ seconds = MIN_WINDOW_S } = {}) {
  const window = Math.max(MIN_WINDOW_S, seconds);
  const { env, stop } = await stores();
  const db = new pg.Pool({ connectionString: withoutWaiting(env.NANGO_DATABASE_URL), max: 4 });
  // The server may say goodbye to a connection that is being closed.
  db.on('error', () => undefined);
  try {
    await db.query(FIXTURES, [SCHEDULES, DEFINITION]);
    const baseline = await plain(db, env.NANGO_DATABASE_URL, window);
    const measured = await ours(db, env, window);
    const figures = {
      ...figuresOf('plain', baseline.late.late, { due: baseline.late.count, rows_per_s: Math.round(baseline.rate) }),
      ...figuresOf('accepted', measured.late.accepted),
      ...figuresOf('ours', measured.late.late, {
        due: measured.late.count,
        missing: measured.late.missing,
        rows_per_s: Math.round(measured.rate),
      }),
      ratio_plain: Math.round((measured.rate / baseline.rate) * 100) / 100,
      load: loadavg()[0],
    };
    print(figures);
    return figures;
  } finally {
    await db.end();
    await stop();
  }
}
