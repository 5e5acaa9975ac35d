import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { codeOf, ConfigError, messageOf } from '#libs/kernel';
import type { ManagedProcess } from './managed-process.js';
import { freePort } from './ports.js';
import { type ClusterOptions, PostgresCluster, USER } from './postgres-cluster.js';
import { type Supervised, supervise, type SupervisorOptions } from './supervisor.js';

export interface PostgresOptions extends ClusterOptions {
  /** Libraries that the server loads at its start. */
  readonly preload?: readonly string[];
  readonly onExit?: SupervisorOptions['onExit'];
}

/** A running embedded Postgres. */
export interface EmbeddedPostgres extends Supervised {
  /** Address of database `fairlead`, with user and password. */
  readonly url: string;
}

const DATABASE = 'fairlead';
const READY_WITHIN_MS = 60_000;
const POLL_MS = 40;

/** SQLSTATEs of a server that answers but does not serve. */
const STARTING_UP = '57P03';
const WRONG_PASSWORD = '28P01';
const NO_SUCH_DATABASE = '3D000';
const NOT_YET = new Set(['ECONNREFUSED', 'ECONNRESET', STARTING_UP]);

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '128MB',
  max_connections: '200',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};
const FAST_NOT_SAFE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * Starts the embedded PostgreSQL on a free loopback port, makes its cluster and database on first start, and keeps it running.
 * @throws ConfigError in one sentence when the folder is damaged or cannot be used
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = await PostgresCluster.open(options);
  const port = await freePort();
  const url = `postgres://${USER}:${encodeURIComponent(options.password)}@127.0.0.1:${port}`;
  const supervised = await supervise({
    name: 'Postgres',
    launch: () => launch(cluster, port, url, options.preload ?? []),
    ...(options.onExit ? { onExit: options.onExit } : {}),
  });
  return Object.assign(supervised, { url: `${url}/${DATABASE}` });
}

async function launch(cluster: PostgresCluster, port: number, url: string, preload: readonly string[]): Promise<ManagedProcess> {
  const speed = cluster.options.durable ? {} : FAST_NOT_SAFE;
  const settings = { ...SETTINGS, ...speed, shared_preload_libraries: preload.join(','), port: String(port) };
  const server = await cluster.serve(settings);
  try {
    await untilReady(server, cluster, url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

async function untilReady(server: ManagedProcess, cluster: PostgresCluster, url: string): Promise<void> {
  for (const giveUpAt = Date.now() + READY_WITHIN_MS; Date.now() < giveUpAt; await delay(POLL_MS)) {
    if (server.hasEnded()) throw unusable(cluster, cluster.reason());
    const failure = await query(`${url}/${DATABASE}`, 'SELECT 1');
    if (failure === undefined) return;
    const code = codeOf(failure);
    if (code === NO_SUCH_DATABASE) {
      const refusal = await query(`${url}/postgres`, `CREATE DATABASE ${DATABASE}`);
      if (refusal !== undefined) throw unusable(cluster, `${messageOf(failure)}, yet ${messageOf(refusal)}`);
    } else if (code === WRONG_PASSWORD) throw unusable(cluster, 'its password is not the one kept beside it');
    else if (code !== undefined && !NOT_YET.has(code)) throw unusable(cluster, messageOf(failure));
  }
  throw unusable(cluster, `not ready after ${READY_WITHIN_MS / 1000} s, see ${cluster.options.logFile}`);
}

/** Answers what went wrong, if anything did. */
async function query(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sql);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await client.end();
  }
}

function unusable({ options }: PostgresCluster, reason: string): ConfigError {
  return new ConfigError(
    `the database in ${options.folder} cannot be used (${reason}): restore the folder from a backup, or remove ${dirname(options.folder)} to start anew`,
  );
}
