import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Client } from '../tools/chaos/engine/client.mjs';
import { deployOf } from '../tools/chaos/engine/functions.mjs';
import { startEngine } from '../tools/chaos/engine/stack.mjs';
import { slope } from './lib.mjs';
import { processTree, usageOf } from './processes.mjs';

/**
 * Schedules that have so many executions a second begin, each of which waits two seconds, on five processes and their stores on one box: how late
 * they begin, what one costs, and whether memory stays where it is.
 */
const SELF = fileURLToPath(import.meta.url);
const SERVICES = ['server', 'runner', 'orchestrator-1', 'jobs-1', 'persist-1'];
const STORES = ['postgres', 'redis'];
/** The processes that the runner has functions run in. */
const SANDBOXES = 'sandboxes';
const MEASURED = [...SERVICES, SANDBOXES, ...STORES];
const PERIOD_S = 30;
const WAIT_MS = 2_000;
const NAME = 'soak';
const SAMPLE_MS = 5_000;
const WARM_MS = 60_000;
const MB = 1024 ** 2;
/** Connections that are made at a time. */
const AT_ONCE = 16;

/** Room for what runs at a time, twice over. */
const roomFor = (rate) => {
  const slots = String(Math.ceil((rate * WAIT_MS * 2) / 1000) + 20);
  return {
    FAIRLEAD_EXECUTION_SLOTS: `{"sync":${slots}}`,
    JOBS_PROCESSOR_CONFIG: `{"sync":${slots}}`,
    FAIRLEAD_RUNNER_CHILD_CONCURRENCY: slots,
    FAIRLEAD_RUNNER_CHILD_MEMORY_MB: '4096',
    FAIRLEAD_FUNCTION_MEMORY_MB: '128',
    LOG_LEVEL: 'error',
  };
};

/** @param {{ minutes?: number, rate?: number }} options */
export async function run({ minutes = 10, rate = 120 } = {}) {
  const engine = await startEngine({ replicas: SERVICES, env: roomFor(rate), linked: false, say: console.log });
  const db = new pg.Client({ connectionString: engine.stores.postgres.url });
  try {
    await db.connect();
    await prepare(engine, rate * PERIOD_S);
    await spread(db);
    console.log(
      `${rate} executions a second of ${WAIT_MS} ms for ${minutes} min; load of the machine ${loadavg()[0].toFixed(1)}`,
    );
    await delay(WARM_MS);
    const from = new Date();
    const samples = await watch(engine, db, minutes * 60_000);
    return report(await outcomes(db, from, new Date()), samples, rate);
  } finally {
    await db.end();
    await engine.stop();
  }
}

async function prepare(engine, connections) {
  const client = new Client(engine.baseUrl, engine.secrets.NANGO_SECRET_KEY_DEV);
  await client.insist('POST', '/integrations', { body: { provider: 'private-api-bearer', unique_key: NAME } });
  const wait = `await new Promise((resolve) => setTimeout(resolve, ${WAIT_MS}));`;
  const deploy = deployOf(NAME, [['sync', NAME, wait, ['Nothing']]]);
  deploy.flowConfigs[0].auto_start = false;
  await client.insist('POST', '/sync/deploy', { body: deploy });
  for (let made = 0; made < connections; made += AT_ONCE) {
    const ids = Array.from({ length: Math.min(AT_ONCE, connections - made) }, (_, index) => `${NAME}-${made + index}`);
    await Promise.all(ids.map((id) => connect(client, id)));
  }
}

const connect = (client, connection_id) =>
  client.insist('POST', '/connections', {
    body: {
      provider_config_key: NAME,
      connection_id,
      connection_config: { base_url: 'http://127.0.0.1:9' },
      credentials: { type: 'API_KEY', apiKey: 'key' },
    },
  });

/** Schedules that were made over a day, not at once. */
const spread = (db) =>
  db.query(`UPDATE sync_schedules s SET state = 'started', starts_at = at.due, next_run_at = at.due
     FROM (SELECT sync_id, now() + interval '1 second' * ${PERIOD_S} * (row_number() OVER (ORDER BY random()))::float8 / count(*) OVER () AS due
             FROM sync_schedules) at WHERE at.sync_id = s.sync_id`);

async function watch(engine, db, forMs) {
  const samples = [];
  for (const until = Date.now() + forMs; ; await delay(SAMPLE_MS)) {
    samples.push({ at: Date.now(), live: await liveRuns(db), usage: usageNow(engine) });
    if (Date.now() >= until) return samples;
  }
}

/** Each run that is under way holds an isolate. */
async function liveRuns(db) {
  const { rows } = await db.query(`SELECT count(*)::int AS live FROM executions WHERE state = 'running'`);
  return rows[0].live;
}

/** Sandbox processes that were replaced count for the CPU they took. */
function usageNow(engine) {
  const [runnerPid, ...pids] = processTree(engine.replicas.get('runner').pid);
  const [runner, sandboxes] = [usageOf([runnerPid]), usageOf(pids)];
  return Object.fromEntries([
    ...SERVICES.map((name) => [name, name === 'runner' ? runner : usageOf(processTree(engine.replicas.get(name).pid))]),
    [SANDBOXES, { ...sandboxes, cpuMs: sandboxes.cpuMs + runner.endedCpuMs }],
    ...STORES.map((name) => [name, usageOf(processTree(engine.stores[name].pid()))]),
  ]);
}

async function outcomes(db, from, to) {
  const { rows } = await db.query(
    `WITH ran AS (
       SELECT e.state, extract(epoch FROM e.finished_at - e.started_at) * 1000 AS ms,
         mod(extract(epoch FROM e.created_at - s.starts_at) * 1000, s.frequency_ms) AS due_ms,
         extract(epoch FROM e.started_at - e.created_at) * 1000 AS queued_ms
       FROM executions e JOIN sync_schedules s ON s.sync_id = e.sync_id WHERE e.created_at >= $1 AND e.created_at < $2)
     SELECT count(*)::int AS n, count(*) FILTER (WHERE state IN ('failed', 'expired'))::int AS failed,
       percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY due_ms)::float8[] AS late,
       percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY due_ms + queued_ms)::float8[] AS begun,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::float8 AS ms FROM ran`,
    [from, to],
  );
  return { ...rows[0], seconds: (to - from) / 1000 };
}

function report({ n, failed, late, begun, ms, seconds }, samples, rate) {
  const [first, last] = [samples[0], samples.at(-1)];
  console.log(
    `${n} executions in ${seconds.toFixed(0)} s: ${round(n / seconds)} a second of ${rate}, ${failed} failed, median ${round(ms)} ms`,
  );
  console.table({ accepted: percentiles(late), begun: percentiles(begun) });
  const table = {};
  const cpuOf = (name) => last.usage[name].cpuMs - first.usage[name].cpuMs;
  const cpuMs = [...SERVICES, SANDBOXES].reduce((sum, name) => sum + cpuOf(name), 0);
  for (const name of MEASURED) {
    const cpu = cpuOf(name);
    table[name] = {
      'CPU ms an execution': round(cpu / n),
      'MB at the start': round(first.usage[name].bytes / MB),
      'MB at the end': round(last.usage[name].bytes / MB),
      'MB a minute': round(slope(samples.map(({ at, usage }) => [at / 60_000, usage[name].bytes / MB]))),
    };
  }
  console.table(table);
  console.log(
    `runs under way: ${[0, 0.25, 0.5, 0.75, 1].map((part) => samples[Math.round(part * (samples.length - 1))].live).join(', ')}`,
  );
  const storesMs = STORES.reduce((sum, name) => sum + cpuOf(name), 0);
  console.log(
    `CPU of all services: ${round(cpuMs / n)} ms an execution, of the stores ${round(storesMs / n)} ms; load of the machine ${loadavg()[0].toFixed(1)}`,
  );
  return {
    rate: n / seconds,
    failed,
    late_p99_ms: late[2],
    begun_p99_ms: begun[2],
    cpu_ms: cpuMs / n,
    stores_cpu_ms: storesMs / n,
    processes: table,
  };
}

const round = (value) => Math.round(value * 10) / 10;
const percentiles = ([p50, p95, p99]) => ({ 'late p50 ms': Math.round(p50), p95: Math.round(p95), p99: Math.round(p99) });

if (process.argv[1] === SELF) await run({ minutes: Number(process.argv[2] ?? 10), rate: Number(process.argv[3] ?? 120) });
