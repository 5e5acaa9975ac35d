import type { ClientBase } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '#libs/kernel';
import { prepareOnServer } from './prepared-statements.js';

export interface DatabaseOptions {
  readonly url: string;
  readonly poolMax: number;
  readonly ssl: boolean;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
}

/** Options every data source of Fairlead shares: no extension, no synchronisation, no state in a session. */
export function postgresOptions(options: DatabaseOptions): DataSourceOptions {
  return {
    type: 'postgres',
    url: options.url,
    ssl: options.ssl ? { rejectUnauthorized: false } : false,
    applicationName: options.applicationName,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    parseInt8: true,
    synchronize: false,
    migrationsTransactionMode: 'each',
    extra: {
      max: options.poolMax,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      onConnect: welcome,
    },
  };
}

/**
 * A connection that breaks tells whoever waits for an answer on it. One that breaks after the pool has let go of it and before its user has
 * taken hold of it tells nobody, which would end the process.
 */
const outliveItsBreak = (client: ClientBase): void => {
  client.on('error', () => undefined);
};

async function welcome(client: ClientBase): Promise<void> {
  outliveItsBreak(client);
  await prepareOnServer(client);
}

const ATTEMPTS = 5;
const RETRY_MS = 1_000;
/** Nobody listens yet, or the server says that it is still starting up (SQLSTATE 57P03). */
const NOT_YET = new Set(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', '57P03']);

/** Opens a data source; waits a few seconds for a server that is still starting. @throws the driver's error */
export async function openDataSource(options: DataSourceOptions, attempt = 1): Promise<DataSource> {
  try {
    return await new DataSource(options).initialize();
  } catch (error) {
    if (attempt >= ATTEMPTS || !NOT_YET.has(codeOf(error) ?? '')) throw error;
    await delay(RETRY_MS);
    return openDataSource(options, attempt + 1);
  }
}
