import { type Credentials, expiryOf, type Minted } from '#libs/auth';
import type { Cipher } from '#libs/crypto';
import type { Sql } from '#libs/database';
import { nextRefreshAt } from '../domain/refresh-schedule.js';
import { splitConfig } from '../domain/secret-config.js';
import type { Connection } from '../credentials.types.js';
import { sealJson } from '../sealing.js';
import type { RefreshOrder } from './refresh.types.js';

type Config = Readonly<Record<string, unknown>>;

/** Writes what refreshes bring. */
export class RefreshRows {
  constructor(
    private readonly db: Sql,
    private readonly cipher: Cipher,
  ) {}

  /**
   * Replaces the credentials if they are still those of the order's version: compare-and-set, so that neither a reconnection nor
   * another refresh is ever undone. False when they are not.
   * @param connection the row as it was read under the lease
   */
  async store(order: RefreshOrder, connection: Connection, { credentials, connectionConfig }: Minted): Promise<boolean> {
    const { environmentId, rowId, provider, credentialsVersion } = order;
    const change = splitConfig(provider.connection_config, connectionConfig ?? {});
    const rows = await this.db.query(
      `UPDATE connections SET credentials_type = $4, credentials = $5, credentials_expires_at = $6, next_refresh_at = $7,
              connection_config = connection_config || $8::jsonb, secret_config = coalesce($9, secret_config),
              refreshed_at = clock_timestamp(), credentials_version = credentials_version + 1, version = version + 1, updated_at = now()
        WHERE environment_id = $1 AND id = $2 AND credentials_version = $3 AND deleted_at IS NULL RETURNING id`,
      [
        environmentId,
        rowId,
        credentialsVersion,
        ...this.#sealed(order, credentials),
        change.connectionConfig,
        this.#secretConfig(order, connection, change.secretConfig),
      ],
    );
    return rows.length > 0;
  }

  /** Null where nothing of it changes. */
  #secretConfig({ environmentId, rowId, provider }: RefreshOrder, connection: Connection, change: Config): Buffer | null {
    if (Object.keys(change).length === 0) return null;
    const { secretConfig } = splitConfig(provider.connection_config, connection.connectionConfig);
    return sealJson(this.cipher, { ...secretConfig, ...change }, 'connections.secret_config', environmentId, rowId);
  }

  #sealed({ environmentId, rowId, provider }: RefreshOrder, credentials: Credentials): unknown[] {
    return [
      credentials.type,
      sealJson(this.cipher, credentials, 'connections.credentials', environmentId, rowId),
      expiryOf(credentials),
      nextRefreshAt(credentials, provider, new Date(), Math.random()),
    ];
  }
}
