import { chmodSync, chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { freePort, type ManagedProcess, startProcess } from '#libs/embedded';

/** A PgBouncer in transaction mode before one database. */
export interface Pooler {
  /** The database's address, by way of the pooler. */
  readonly url: string;
  /** Its own console, where `SHOW POOLS` and the like are answered. */
  readonly consoleUrl: string;
  stop(): Promise<void>;
}

/** Few, so that a connection of Postgres goes from one client to another all the time; two is what the migration step holds at once. */
const SERVER_CONNECTIONS = 4;
const READY_WITHIN_MS = 15_000;
const POLL_MS = 50;
const STOP_WITHIN_MS = 5_000;
/** `nobody`: PgBouncer refuses to run as root. */
const NOBODY = 65_534;

/** Starts a PgBouncer on a free loopback port. @throws with its log when it does not serve */
export async function startPooler(program: string, databaseUrl: string): Promise<Pooler> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-pooler-'));
  const url = new URL(databaseUrl);
  const target = { host: url.hostname, port: url.port, name: url.pathname.slice(1) };
  const port = await freePort();
  writeFileSync(join(folder, 'users.txt'), `"${url.username}" "${decodeURIComponent(url.password)}"\n`);
  writeFileSync(join(folder, 'pgbouncer.ini'), configuration(folder, port, target, url.username));
  const account = unprivileged(folder);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const server = await run(program, folder, account);
  await untilReady(url.href, server, folder);
  const consoleUrl = new URL(url);
  consoleUrl.pathname = '/pgbouncer';
  return {
    url: url.href,
    consoleUrl: consoleUrl.href,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const configuration = (
  folder: string,
  port: number,
  target: { host: string; port: string; name: string },
  user: string,
): string =>
  [
    '[databases]',
    `${target.name} = host=${target.host} port=${target.port} dbname=${target.name}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${join(folder, 'users.txt')}`,
    `admin_users = ${user}`,
    'pool_mode = transaction',
    `default_pool_size = ${SERVER_CONNECTIONS}`,
    'max_client_conn = 500',
    'query_wait_timeout = 30',
    '',
  ].join('\n');

/** Hands the folder to an account that may run a pooler, where we are root. */
function unprivileged(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const path of [folder, join(folder, 'users.txt'), join(folder, 'pgbouncer.ini')]) chownSync(path, NOBODY, NOBODY);
  chmodSync(join(folder, 'users.txt'), 0o600);
  return { uid: NOBODY, gid: NOBODY };
}

async function run(program: string, folder: string, account: { uid?: number; gid?: number }): Promise<ManagedProcess> {
  const log = openSync(join(folder, 'pgbouncer.log'), 'w');
  return startProcess({
    command: program,
    args: [join(folder, 'pgbouncer.ini')],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    cwd: folder,
    ...account,
    // At once: who stops a pooler here has stopped its clients.
    stopSignal: 'SIGTERM',
    stopWithinMs: STOP_WITHIN_MS,
    stdio: ['ignore', log, log],
  }).finally(() => closeSync(log));
}

async function untilReady(url: string, server: ManagedProcess, folder: string): Promise<void> {
  for (const giveUpAt = Date.now() + READY_WITHIN_MS; Date.now() < giveUpAt && !server.hasEnded(); await delay(POLL_MS)) {
    if (await answers(url)) return;
  }
  const log = readFileSync(join(folder, 'pgbouncer.log'), 'utf8');
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  throw new Error(`PgBouncer does not serve:\n${log}`);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
