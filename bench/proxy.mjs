import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Pool } from 'undici';
import { newStackSecrets, redisProgram, startPostgres, startRedis } from '#libs/embedded';
import { getRequest, load, median } from './lib.mjs';

/**
 * A proxied GET of 1 KB, beside the upstream called directly and a bare `undici` reverse proxy, in turns in the same run (design §6).
 * BASE and KEY name a running Fairlead that may call loopback; without them the built standalone is started.
 */
const SELF = fileURLToPath(import.meta.url);
const STANDALONE = fileURLToPath(new URL('../dist/apps/standalone/src/main.js', import.meta.url));
const CALLERS = [16, 64];
const ROUNDS = 3;
/** Compilers need their time: figures of the first seconds are those of a start, not of a service. */
const WARM_SECONDS = 5;
const READY_MS = 60_000;
const NAME = `bench-${randomBytes(4).toString('hex')}`;

/** An API of one answer. */
function upstream() {
  const body = JSON.stringify({ data: 'x'.repeat(1024 - 11) });
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  return createServer((_request, response) => response.writeHead(200, headers).end(body));
}

/** The least a reverse proxy on undici can do. */
function bareProxy(origin) {
  const pool = new Pool(origin);
  return createServer((request, response) => {
    const { url: path, method, headers } = request;
    const sent = { authorization: 'Bearer key', accept: headers.accept };
    pool.stream({ path, method, headers: sent, opaque: response }, answer).catch((error) => response.destroy(error));
  });
}

const answer = ({ statusCode, headers, opaque }) => {
  const { connection: _connection, 'keep-alive': _keepAlive, ...rest } = headers;
  return opaque.writeHead(statusCode, rest);
};

/** Runs a part of the bench as a process of its own and answers its address. */
async function startPart(...args) {
  const child = spawn(process.execPath, [SELF, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [url] = await once(createInterface(child.stdout), 'line');
  return { url, stop: () => child.kill() };
}

/** The built standalone with stores of its own; loopback upstreams are open. */
async function startFairlead() {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  const { postgresPassword, redisPassword, ...secrets } = newStackSecrets();
  const common = (name) => ({ folder: join(folder, name), logFile: join(folder, `${name}.log`), durable: true });
  const postgres = await startPostgres({ ...common('postgres'), password: postgresPassword });
  const redis = await startRedis({
    ...common('redis'),
    password: redisPassword,
    program: await redisProgram(process.env.PATH, console.log),
  });
  mkdirSync(join(folder, 'objects'));
  const child = spawn(process.execPath, [STANDALONE], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      ...secrets,
      NANGO_DATABASE_URL: await ownDatabase(postgres.url),
      NANGO_REDIS_URL: redis.url,
      SERVER_PORT: '0',
      LOG_LEVEL: 'error',
      FAIRLEAD_DATA_DIR: folder,
      FAIRLEAD_OBJECTS_PATH: join(folder, 'objects'),
      NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: '[]',
      NANGO_OUTBOUND_URL_POLICY: '{"mode":"permissive","blockPrivateIps":false}',
    },
  });
  const stop = async () => {
    child.kill();
    await (child.exitCode ?? once(child, 'exit'));
    await Promise.all([postgres.stop(), redis.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { base: await readyUrl(child), key: secrets.NANGO_SECRET_KEY_DEV, stop };
}

async function ownDatabase(serverUrl) {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query('CREATE DATABASE fairlead_bench');
  await admin.end();
  return Object.assign(new URL(serverUrl), { pathname: '/fairlead_bench' }).href;
}

async function readyUrl(child) {
  const signal = AbortSignal.timeout(READY_MS);
  child.once('exit', (code) => console.error(`the standalone ended with ${code}`));
  for await (const line of createInterface({ input: child.stdout, signal })) {
    if (line.includes('"ready"') && line.includes('"standalone"')) return JSON.parse(line).url;
  }
  throw new Error('the standalone did not become ready');
}

/** An integration and a connection whose API is the upstream. */
async function connect({ base, key }, upstreamUrl) {
  const post = async (path, body) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
  };
  await post('/integrations', { provider: 'private-api-bearer', unique_key: NAME });
  await post('/connections', {
    provider_config_key: NAME,
    connection_id: NAME,
    credentials: { type: 'API_KEY', apiKey: 'key' },
    connection_config: { base_url: upstreamUrl },
  });
}

async function measure(targets, seconds) {
  const figures = {};
  const slice = seconds / ROUNDS;
  for (const callers of CALLERS) {
    const rounds = Object.fromEntries(Object.keys(targets).map((name) => [name, []]));
    for (const request of Object.values(targets)) await load(request, callers, WARM_SECONDS);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, request] of Object.entries(targets)) rounds[name].push(await load(request, callers, slice));
    }
    for (const [name, results] of Object.entries(rounds)) {
      for (const figure of ['rate', 'p50', 'p95', 'p99']) {
        figures[`${name}_${callers}_${figure}`] = median(results.map((result) => result[figure]));
      }
    }
    figures[`ratio_bare_${callers}`] = median(rounds.fairlead.map(({ rate }, round) => rate / rounds.bare[round].rate));
  }
  figures.ratio_bare = Math.min(...CALLERS.map((callers) => figures[`ratio_bare_${callers}`]));
  return figures;
}

function print(figures) {
  const table = {};
  for (const callers of CALLERS) {
    for (const name of ['direct', 'bare', 'fairlead']) {
      const of = (figure) => Number(figures[`${name}_${callers}_${figure}`].toFixed(2));
      table[`${name}, ${callers} callers`] = {
        'per second': Math.round(of('rate')),
        'p50 ms': of('p50'),
        'p95 ms': of('p95'),
        'p99 ms': of('p99'),
      };
    }
  }
  console.table(table);
  for (const callers of CALLERS)
    console.log(`of the bare proxy's rate at ${callers} callers: ${(figures[`ratio_bare_${callers}`] * 100).toFixed(0)} %`);
}

/**
 * @param {{ seconds?: number, json?: boolean }} options seconds of measurement per caller count and target
 * @returns {Promise<Record<string, number>>} the figures, also printed
 */
export async function run({ seconds = 5, json = false } = {}) {
  const { BASE, KEY } = process.env;
  const api = await startPart('--upstream');
  const bare = await startPart('--bare', api.url);
  const fairlead = BASE && KEY ? { base: BASE, key: KEY, stop: () => undefined } : await startFairlead();
  try {
    await connect(fairlead, api.url);
    const named = { authorization: `Bearer ${fairlead.key}`, 'provider-config-key': NAME, 'connection-id': NAME };
    const figures = await measure(
      {
        direct: getRequest(`${api.url}/json`),
        bare: getRequest(`${bare.url}/json`),
        fairlead: getRequest(`${fairlead.base}/proxy/json`, named),
      },
      seconds,
    );
    if (json) console.log(JSON.stringify(figures));
    else print(figures);
    return figures;
  } finally {
    await fairlead.stop();
    bare.stop();
    api.stop();
  }
}

if (process.argv[1] === SELF) {
  const [, , role, origin] = process.argv;
  if (role === '--upstream' || role === '--bare') {
    const server = role === '--upstream' ? upstream() : bareProxy(origin);
    server.keepAliveTimeout = 60_000;
    server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
    process.stdin.once('end', () => process.exit(0)).resume(); // the bench that started this part is gone
  } else await run({ json: process.argv.includes('--json') });
}
