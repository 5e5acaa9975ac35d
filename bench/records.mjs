import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { loadCipher, parseRootKeys } from '#libs/crypto';
import { postgresOptions } from '#libs/database';
import { newStackSecrets, redisProgram, startPostgres, startRedis } from '#libs/embedded';
import { signExecutionToken } from '#libs/execution-token';
import { migrateAll } from '#libs/migrate';
import { createRecords, recordsDataSourceOptions } from '#libs/records';
import { throughRunner } from './records-sync.mjs';

/**
 * The record store: 100,000 small records in batches of 1,000, as a sync saves them, beside a plain `unnest` insert of the same rows,
 * in clear and without asking what is there already, in turns on the same server; then reading them page by page.
 * `ratio_unnest` is against a table with the same two keys as ours: by id, and by order of change.
 * Servers: NANGO_DATABASE_URL and NANGO_REDIS_URL, else an embedded pair with all its durability on.
 */
const TOTAL = 100_000;
const BATCH = 1_000;
const PAGES = 200;
const MODEL = 'Item';
const PERSIST = fileURLToPath(new URL('../dist/apps/persist/src/main.js', import.meta.url));

const record = (n, salt) => ({
  id: `r${n}`,
  name: `record ${n}`,
  email: `user${n}@example.com`,
  n: n + salt,
  active: n % 2 === 0,
});
const batches = Array.from({ length: TOTAL / BATCH }, (_, i) =>
  Array.from({ length: BATCH }, (__, j) => record(i * BATCH + j, 7)),
);

async function stores() {
  const { NANGO_DATABASE_URL: databaseUrl, NANGO_REDIS_URL: redisUrl, PATH } = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  const { postgresPassword, redisPassword } = newStackSecrets();
  const common = (name) => ({ folder: join(folder, name), logFile: join(folder, `${name}.log`), durable: true });
  const postgres = databaseUrl ? undefined : await startPostgres({ ...common('postgres'), password: postgresPassword });
  const redis = redisUrl
    ? undefined
    : await startRedis({ ...common('redis'), password: redisPassword, program: await redisProgram(PATH, console.log) });
  const stop = async () => {
    await Promise.all([postgres?.stop(), redis?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { databaseUrl: databaseUrl ?? postgres.url, redisUrl: redisUrl ?? redis.url, stop };
}

/** A migrated database of our own on the server. */
async function ownDatabase(serverUrl, encryptionKey) {
  const name = `fairlead_bench_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await migrateAll({ NANGO_DATABASE_URL: url.href, NANGO_ENCRYPTION_KEY: encryptionKey });
  const drop = async () => {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  };
  return { url: url.href, drop };
}

const seconds = async (work) => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

const perSecond = async (save) =>
  TOTAL /
  (await seconds(async () => {
    for (const batch of batches) await save(batch);
  }));

const COLUMNS = `connection_id int, model text, external_id text, payload text, seq bigint GENERATED ALWAYS AS IDENTITY,
  first_seen_at timestamptz DEFAULT now(), modified_at timestamptz DEFAULT now()`;
/** Tables a plain insert goes to: with what finds a record by its id alone, and with what also reads them in order of change. */
const KEYS = {
  one: 'PRIMARY KEY (connection_id, model, external_id)',
  same: 'PRIMARY KEY (connection_id, model, external_id), UNIQUE (connection_id, model, seq)',
};
const PLAIN = `INSERT INTO plain (connection_id, model, external_id, payload)
  SELECT $1, $2, u.id, u.payload FROM unnest($3::text[], $4::text[]) AS u (id, payload)`;

async function plainInsert(source, keys) {
  await source.query('DROP TABLE IF EXISTS plain');
  await source.query(`CREATE TABLE plain (${COLUMNS}, ${keys})`);
  return perSecond((batch) =>
    source.query(PLAIN, [1, MODEL, batch.map(({ id }) => id), batch.map((one) => JSON.stringify(one))]),
  );
}

const scope = (connectionId, runId = randomUUID()) => ({ environmentId: 1, connectionId, model: MODEL, runId });

function throughService(records, connectionId) {
  const sync = scope(connectionId);
  return perSecond((batch) => records.saveBatch({ ...sync, batchId: randomUUID(), records: batch }));
}

/** The baseline on another server. */
async function plainInsertOn(url) {
  const source = await new DataSource(recordsDataSourceOptions(url)).initialize();
  try {
    return await plainInsert(source, KEYS.same);
  } finally {
    await source.destroy();
  }
}

/** Persist as its own process, and a run's token for a connection. */
async function startPersist(databaseUrl, redisUrl, encryptionKey) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const env = {
    PATH: process.env.PATH,
    NANGO_DATABASE_URL: databaseUrl,
    NANGO_REDIS_URL: redisUrl,
    NANGO_ENCRYPTION_KEY: encryptionKey,
    FAIRLEAD_EXECUTION_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    NANGO_PERSIST_PORT: '0',
    LOG_LEVEL: 'error',
  };
  const child = spawn(process.execPath, [PERSIST], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(child.stdout)) {
    if (!line.includes('"ready"')) continue;
    child.stdout.resume();
    return { url: JSON.parse(line).url, privateKey, stop: () => (child.kill(), once(child, 'exit')) };
  }
  throw new Error('persist ended before it was ready');
}

const tokenFor = (persist, connectionRowId) =>
  signExecutionToken(persist.privateKey, {
    sub: randomUUID(),
    exp: Math.floor(Date.now() / 1000) + 3600,
    kind: 'sync',
    accountId: 1,
    environmentId: 1,
    environmentName: 'dev',
    connectionRowId,
    connectionId: 'bench',
    providerConfigKey: 'bench',
    functionName: 'bulk',
    operationId: randomUUID(),
    models: [MODEL],
    variant: 'base',
  });

async function throughHttp(persist, connectionId) {
  const authorization = `Bearer ${tokenFor(persist, connectionId)}`;
  return perSecond(async (batch) => {
    const headers = { authorization, 'content-type': 'application/json', 'x-batch-id': randomUUID() };
    const response = await fetch(`${persist.url}/records/${MODEL}/save`, {
      method: 'POST',
      headers,
      body: JSON.stringify(batch),
    });
    if (!response.ok) throw new Error(`persist answered ${response.status}: ${await response.text()}`);
    await response.json();
  });
}

/** Latencies of pages of 100 read in a row from a place on. */
async function pages(records, connectionId, cursor) {
  const times = [];
  for (let i = 0; i < PAGES; i++) {
    const start = performance.now();
    await records.pageText({ connectionId, model: MODEL, limit: 100, cursor });
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)];
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

async function deepCursor(records, connectionId) {
  let cursor;
  for (let read = 0; read < TOTAL - 10_000; read += 10_000) {
    cursor = (await records.page({ connectionId, model: MODEL, limit: 10_000, cursor })).next_cursor;
  }
  return cursor;
}

const DEPTHS = [0, 0.25, 0.5, 0.75, 0.999];
const DEEP_ROUNDS = 5;

/** One dataset of so many records, and pages of it from the start to the end: by turns, so that noise meets all depths alike. */
async function depths(source, records, size) {
  const connectionId = 1_000_000;
  for (let from = 0; from < size; from += 10_000) {
    const batch = Array.from({ length: Math.min(10_000, size - from) }, (_, i) => record(from + i, 7));
    await records.saveBatch({ ...scope(connectionId), batchId: randomUUID(), records: batch });
  }
  await source.query('ANALYZE records.records');
  const latest = await records.latestCursor(connectionId, MODEL);
  const [, datasetId] = Buffer.from(latest, 'base64').toString().split('.');
  const cursorAt = (seq) => Buffer.from(`1.${datasetId}.${seq}`).toString('base64');
  const times = DEPTHS.map(() => []);
  for (let n = 0; n < PAGES * DEEP_ROUNDS; n++) {
    for (const [at, depth] of DEPTHS.entries()) {
      const start = performance.now();
      const { count } = await records.pageText({
        connectionId,
        model: MODEL,
        limit: 100,
        cursor: cursorAt(Math.floor(size * depth) + n),
      });
      if (count === 0) throw new Error(`nothing at depth ${depth}`);
      times[at].push(performance.now() - start);
    }
  }
  return DEPTHS.map((depth, at) => {
    const sorted = times[at].toSorted((a, b) => a - b);
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => sorted[Math.floor(sorted.length * share)]);
    return { depth, p50, p95, p99 };
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function measure(source, records, persist, untilMs) {
  const rounds = { plainOneKey: [], plain: [], fresh: [], unchanged: [], httpFresh: [], httpUnchanged: [] };
  let connectionId = 0;
  do {
    rounds.plainOneKey.push(await plainInsert(source, KEYS.one));
    rounds.plain.push(await plainInsert(source, KEYS.same));
    rounds.fresh.push(await throughService(records, ++connectionId));
    rounds.unchanged.push(await throughService(records, connectionId));
    rounds.httpFresh.push(await throughHttp(persist, ++connectionId));
    rounds.httpUnchanged.push(await throughHttp(persist, connectionId));
  } while (performance.now() < untilMs);
  const rates = Object.fromEntries(Object.entries(rounds).map(([name, values]) => [name, median(values)]));
  const shallow = await pages(records, connectionId);
  const deep = await pages(records, connectionId, await deepCursor(records, connectionId));
  return { rounds: rounds.plain.length, rates, shallow, deep };
}

const rounded = (value) => Math.round(value * 100) / 100;

function toFigures({ rounds, rates, shallow, deep }) {
  return {
    rounds,
    plain_insert_one_key_per_s: Math.round(rates.plainOneKey),
    plain_insert_per_s: Math.round(rates.plain),
    service_new_per_s: Math.round(rates.fresh),
    service_unchanged_per_s: Math.round(rates.unchanged),
    http_new_per_s: Math.round(rates.httpFresh),
    http_unchanged_per_s: Math.round(rates.httpUnchanged),
    ratio_unnest: rounded(rates.fresh / rates.plain),
    ratio_unnest_http: rounded(rates.httpFresh / rates.plain),
    ...Object.fromEntries(Object.entries(shallow).map(([name, ms]) => [`page_shallow_${name}_ms`, rounded(ms)])),
    ...Object.fromEntries(Object.entries(deep).map(([name, ms]) => [`page_deep_${name}_ms`, rounded(ms)])),
  };
}

/** What is measured where it is asked for: pages of a large dataset, and the way through a runner. */
async function extras({ source, records, depth, sync }) {
  const figures = {};
  if (depth > 0) {
    for (const { depth: at, p50, p95, p99 } of await depths(source, records, depth)) {
      Object.assign(figures, {
        [`depth_${at}_p50_ms`]: rounded(p50),
        [`depth_${at}_p95_ms`]: rounded(p95),
        [`depth_${at}_p99_ms`]: rounded(p99),
      });
    }
  }
  if (sync > 0) {
    const { plain, fresh, unchanged } = await throughRunner({
      total: TOTAL,
      batch: BATCH,
      rounds: sync,
      plainInsert: plainInsertOn,
    });
    figures.sync_plain_insert_per_s = Math.round(median(plain));
    figures.sync_new_per_s = Math.round(median(fresh));
    figures.sync_unchanged_per_s = Math.round(median(unchanged));
    figures.ratio_unnest_sync = rounded(median(fresh.map((rate, n) => rate / plain[n])));
  }
  return figures;
}

const printExtras = (figures) => {
  for (const [name, value] of Object.entries(figures)) console.log(`${name.replaceAll('_', ' ')}: ${value}`);
};

function print(figures) {
  console.log(`| ${TOTAL} records in batches of ${BATCH} | records/s | of plain |\n|---|---|---|`);
  const plain = figures.plain_insert_per_s;
  for (const name of ['plain_insert_one_key', 'plain_insert', 'service_new', 'service_unchanged', 'http_new', 'http_unchanged']) {
    const rate = figures[`${name}_per_s`];
    console.log(`| ${name.replaceAll('_', ' ')} | ${rate} | ${(rate / plain).toFixed(2)} |`);
  }
  console.log('\n| page of 100 | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|');
  for (const depth of ['shallow', 'deep']) {
    const [p50, p95, p99] = ['p50', 'p95', 'p99'].map((name) => figures[`page_${depth}_${name}_ms`]);
    console.log(`| ${depth} | ${p50} | ${p95} | ${p99} |`);
  }
}

/**
 * @param {{ seconds?: number, json?: boolean, depth?: number, sync?: number }} options a round takes about 15 s; at least one is run. `depth`:
 *   records of a dataset whose pages are measured from start to end; `sync`: rounds through an isolate and a runner
 * @returns {Promise<Record<string, number>>} the figures, also printed
 */
export async function run({ seconds: budget = 20, json = false, depth = 0, sync = 0 } = {}) {
  const load = loadavg()[0].toFixed(1);
  const until = performance.now() + budget * 1000;
  const encryptionKey = randomBytes(32).toString('base64');
  const servers = await stores();
  const database = await ownDatabase(servers.databaseUrl, encryptionKey);
  const options = { url: database.url, poolMax: 5, ssl: false, applicationName: 'fairlead-bench' };
  const control = await new DataSource(postgresOptions(options)).initialize();
  const source = await new DataSource(recordsDataSourceOptions(database.url)).initialize();
  const persist = await startPersist(database.url, servers.redisUrl, encryptionKey);
  try {
    const cipher = await loadCipher(control, parseRootKeys(encryptionKey));
    const records = createRecords(source, cipher);
    const figures = toFigures(await measure(source, records, persist, until));
    const more = await extras({ source, records, depth, sync });
    if (json) console.log(JSON.stringify({ ...figures, ...more }));
    else {
      print(figures);
      printExtras(more);
      console.log(`\nload of the machine: ${load} before, ${loadavg()[0].toFixed(1)} after`);
    }
    return { ...figures, ...more };
  } finally {
    await persist.stop();
    await source.destroy();
    await control.destroy();
    await database.drop();
    await servers.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run({ json: process.argv.includes('--json') });
