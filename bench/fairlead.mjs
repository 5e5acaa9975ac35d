import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { newStackSecrets, redisProgram, startPostgres, startRedis } from '#libs/embedded';

const STANDALONE = fileURLToPath(new URL('../dist/apps/standalone/src/main.js', import.meta.url));
const READY_MS = 60_000;

/**
 * The Fairlead that BASE and KEY name (DATABASE_URL and PID its database and process, for what is measured there), which may call loopback, else the built standalone with stores of its own. */
export async function fairlead(env = {}) {
  const { BASE, KEY, DATABASE_URL, PID } = process.env;
  return BASE && KEY
    ? { base: BASE, key: KEY, databaseUrl: DATABASE_URL, pid: Number(PID) || undefined, stop: async () => undefined }
    : start(env);
}

async function start(env) {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  const { postgresPassword, redisPassword, ...secrets } = newStackSecrets();
  const common = (name) => ({ folder: join(folder, name), logFile: join(folder, `${name}.log`), durable: true });
  const preload = ['pg_stat_statements'];
  const postgres = await startPostgres({ ...common('postgres'), password: postgresPassword, preload });
  const program = await redisProgram(process.env.PATH, console.log);
  const redis = await startRedis({ ...common('redis'), password: redisPassword, program });
  mkdirSync(join(folder, 'objects'));
  const databaseUrl = await ownDatabase(postgres.url);
  const child = spawn(process.execPath, [STANDALONE], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      ...env,
      ...secrets,
      NANGO_DATABASE_URL: databaseUrl,
      NANGO_REDIS_URL: redis.url,
      SERVER_PORT: '0',
      NANGO_CONNECT_UI_PORT: '0',
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
  return {
    base: await readyUrl(child),
    key: secrets.NANGO_SECRET_KEY_DEV,
    databaseUrl,
    redisUrl: redis.url,
    pid: child.pid,
    stop,
  };
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

/** Calls the API. @throws with the answer on anything but success */
export async function post({ base, key }, path, body) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
}
