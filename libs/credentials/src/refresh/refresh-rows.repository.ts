import { type Credentials, expiryOf, type Minted } from '#libs/auth-modes';
import type { Cipher } from '#libs/crypto';
import type { Database, Sql } from '#libs/database';
import { nextRefreshAt } from '../domain/refresh-schedule.js';
import { splitConfig } from '../domain/secret-config.js';
import { openJson, sealJson } from '../sealing.js';
import type { RefreshOrder } from './refresh.types.js';

type Config = Readonly<Record<string, unknown>>;

/** Holds the row, so that nothing that is merged into its configuration meanwhile is lost. */
const LOCK = `SELECT secret_config FROM connections
  WHERE environment_id = $1 AND id = $2 AND credentials_version = $3 AND deleted_at IS NULL FOR UPDATE`;

/** Writes what refreshes bring. */
export class RefreshRows {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
  ) {}

  /**
   * Replaces the credentials if they are still those of the order's version: compare-and-set, so that neither a reconnection nor
   * another refresh is ever undone. False when they are not.
   */
  async store(order: RefreshOrder, { credentials, connectionConfig }: Minted): Promise<boolean> {
    const change = splitConfig(order.provider.connection_config, connectionConfig ?? {});
    if (Object.keys(change.secretConfig).length === 0) {
      return this.#write(this.db, order, credentials, change.connectionConfig, null);
    }
    return this.db.transaction(async (tx) => {
      const [row] = await tx.query<{ secret_config: Buffer | null }>(LOCK, versionOf(order));
      if (!row) return false;
      const secrets = this.#merged(order, row.secret_config, change.secretConfig);
      return this.#write(tx, order, credentials, change.connectionConfig, secrets);
    });
  }

  /** @param secrets null where nothing of them changes */
  async #write(
    on: Sql,
    order: RefreshOrder,
    credentials: Credentials,
    connectionConfig: Config,
    secrets: Buffer | null,
  ): Promise<boolean> {
    const rows = await on.query(
      `UPDATE connections SET credentials_type = $4, credentials = $5, credentials_expires_at = $6, next_refresh_at = $7,
              connection_config = connection_config || $8::jsonb, secret_config = coalesce($9, secret_config),
              refreshed_at = clock_timestamp(), credentials_version = credentials_version + 1, version = version + 1, updated_at = now()
        WHERE environment_id = $1 AND id = $2 AND credentials_version = $3 AND deleted_at IS NULL RETURNING id`,
      [...versionOf(order), ...this.#sealed(order, credentials), connectionConfig, secrets],
    );
    return rows.length > 0;
  }

  #merged({ environmentId, rowId }: RefreshOrder, stored: Buffer | null, change: Config): Buffer {
    const known = stored ? openJson(this.cipher, stored, 'connections.secret_config', environmentId, rowId) : {};
    return sealJson(this.cipher, { ...(known as Config), ...change }, 'connections.secret_config', environmentId, rowId);
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

const versionOf = ({ environmentId, rowId, credentialsVersion }: RefreshOrder): unknown[] => [
  environmentId,
  rowId,
  credentialsVersion,
];
