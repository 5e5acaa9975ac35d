import { Injectable } from '@nestjs/common';
import { type Credentials, expiryOf } from '#libs/auth-modes';
import { Cipher } from '#libs/crypto';
import { Database, type Sql } from '#libs/database';
import type { ConnectionRowId, EnvironmentId } from '#libs/kernel';
import { REF_COLUMNS, type RefRow, toRef } from './connection-rows.js';
import type { ConnectionEndUser, ConnectionRef, Integration } from './credentials.types.js';
import { sealJson } from './sealing.js';

/** What can be written of a connection. */
export interface ConnectionFields {
  readonly credentials: Credentials;
  readonly connectionConfig: Readonly<Record<string, unknown>>;
  /** Fields of the configuration that are stored sealed. */
  readonly secretConfig: Readonly<Record<string, unknown>>;
  /** When to look after the credentials next; null: never. */
  readonly nextRefreshAt: Date | null;
  /** Undefined keeps what is stored. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  readonly webhookUrlOverride: string | null | undefined;
  readonly endUser: ConnectionEndUser | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
}

export interface LockedRow {
  readonly id: ConnectionRowId;
  readonly connectionId: string;
  /** Nobody was told of it yet: something has to happen before it can be used. */
  readonly isPending: boolean;
}

/** A row that somebody else holds is left alone: nobody waits for a date, nor is undone because two wait for each other. */
const MARK_FETCHED = `UPDATE connections SET last_fetched_at = $2
  WHERE id IN (SELECT id FROM connections WHERE id = ANY($1) FOR NO KEY UPDATE SKIP LOCKED)`;

/** Every statement that changes connections; secrets are sealed here and nowhere else. */
@Injectable()
export class ConnectionsRepository {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
  ) {}

  /** Holds the connection of that id until the transaction ends. */
  async lock(tx: Sql, integration: Integration, connectionId: string): Promise<LockedRow | null> {
    return this.#lock(tx, integration, 'connection_id = $2', connectionId);
  }

  /** Holds the row until the transaction ends. */
  async lockRow(tx: Sql, integration: Integration, id: ConnectionRowId): Promise<LockedRow | null> {
    return this.#lock(tx, integration, 'id = $2', id);
  }

  /** Null when another transaction just made the same connection. */
  async insert(
    tx: Sql,
    integration: Integration,
    connectionId: string,
    fields: ConnectionFields,
  ): Promise<ConnectionRowId | null> {
    const [next] = await tx.query<{ id: number }>(`SELECT nextval('connections_id_seq')::int AS id`);
    const id = (next as { id: number }).id;
    const rows = await tx.query<{ id: number }>(
      `INSERT INTO connections (id, environment_id, integration_id, connection_id, credentials_type, credentials,
              credentials_expires_at, secret_config, next_refresh_at, connection_config, metadata, webhook_url_override, end_user, tags,
              refreshed_at)
       OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, clock_timestamp())
       ON CONFLICT (integration_id, connection_id) WHERE deleted_at IS NULL DO NOTHING RETURNING id`,
      [
        id,
        integration.environmentId,
        integration.id,
        connectionId,
        ...this.#secretValues(integration.environmentId, id, fields),
        fields.connectionConfig,
        fields.metadata ?? null,
        fields.webhookUrlOverride ?? null,
        fields.endUser ?? null,
        fields.tags ?? {},
      ],
    );
    return rows[0]?.id ?? null;
  }

  /** Replaces credentials and configuration; whatever a refresh has under way comes too late. Answers the new credentials' version. */
  async overwrite(tx: Sql, integration: Integration, id: ConnectionRowId, fields: ConnectionFields): Promise<number> {
    const [row] = await tx.query<{ version: number }>(
      `UPDATE connections SET credentials_type = $3, credentials = $4, credentials_expires_at = $5, secret_config = $6,
              next_refresh_at = $7, connection_config = $8, metadata = coalesce($9, metadata),
              webhook_url_override = CASE WHEN $13 THEN $10 ELSE webhook_url_override END,
              end_user = coalesce($11, end_user), tags = coalesce($12, tags),
              refreshed_at = clock_timestamp(), refresh_failed_at = NULL, refresh_attempts = 0, refresh_exhausted = false,
              is_announced = true, validation_id = NULL, validation_deadline_at = NULL,
              credentials_version = credentials_version + 1, version = version + 1, updated_at = now()
        WHERE environment_id = $1 AND id = $2 RETURNING credentials_version AS version`,
      [
        integration.environmentId,
        id,
        ...this.#secretValues(integration.environmentId, id, fields),
        fields.connectionConfig,
        fields.metadata ?? null,
        fields.webhookUrlOverride ?? null,
        fields.endUser ?? null,
        fields.tags ?? null,
        fields.webhookUrlOverride !== undefined,
      ],
    );
    await tx.query(`DELETE FROM connection_errors WHERE connection_id = $1 AND type = 'auth'`, [id]);
    return (row as { version: number }).version;
  }

  /** Changes what a patch names; null when there is no such connection. */
  async patch(
    environmentId: EnvironmentId,
    providerConfigKey: string,
    connectionId: string,
    changes: Pick<ConnectionFields, 'webhookUrlOverride' | 'endUser' | 'tags'>,
  ): Promise<ConnectionRef | null> {
    const [row] = await this.db.query<RefRow>(
      `UPDATE connections c SET end_user = coalesce($4, c.end_user), tags = coalesce($5, c.tags),
              webhook_url_override = CASE WHEN $7 THEN $6 ELSE c.webhook_url_override END,
              version = c.version + 1, updated_at = now()
         FROM integrations i
        WHERE i.id = c.integration_id AND i.environment_id = $1 AND i.unique_key = $2 AND i.deleted_at IS NULL
          AND c.connection_id = $3 AND c.deleted_at IS NULL RETURNING ${REF_COLUMNS}`,
      [
        environmentId,
        providerConfigKey,
        connectionId,
        changes.endUser ?? null,
        changes.tags ?? null,
        changes.webhookUrlOverride ?? null,
        changes.webhookUrlOverride !== undefined,
      ],
    );
    return row ? toRef(row) : null;
  }

  /** Replaces or merges the metadata of those of the named connections that exist. */
  async writeMetadata(
    tx: Sql,
    environmentId: EnvironmentId,
    providerConfigKey: string,
    connectionIds: readonly string[],
    metadata: Readonly<Record<string, unknown>>,
    mode: 'replace' | 'merge',
  ): Promise<ConnectionRef[]> {
    const value = mode === 'replace' ? '$4::jsonb' : `coalesce(c.metadata, '{}') || $4::jsonb`;
    const rows = await tx.query<RefRow>(
      `UPDATE connections c SET metadata = ${value}, version = c.version + 1, updated_at = now()
         FROM integrations i
        WHERE i.id = c.integration_id AND i.environment_id = $1 AND i.unique_key = $2 AND i.deleted_at IS NULL
          AND c.connection_id = ANY($3) AND c.deleted_at IS NULL RETURNING ${REF_COLUMNS}`,
      [environmentId, providerConfigKey, connectionIds, metadata],
    );
    return rows.map(toRef);
  }

  async markDeleted(
    tx: Sql,
    environmentId: EnvironmentId,
    providerConfigKey: string,
    connectionId: string,
  ): Promise<ConnectionRef | null> {
    const [row] = await tx.query<RefRow>(
      `UPDATE connections c SET deleted_at = now(), updated_at = now(), version = c.version + 1 FROM integrations i
        WHERE i.id = c.integration_id AND i.environment_id = $1 AND i.unique_key = $2 AND i.deleted_at IS NULL
          AND c.connection_id = $3 AND c.deleted_at IS NULL RETURNING ${REF_COLUMNS}`,
      [environmentId, providerConfigKey, connectionId],
    );
    return row ? toRef(row) : null;
  }

  async markDeletedByIntegration(tx: Sql, integration: Integration): Promise<ConnectionRef[]> {
    const rows = await tx.query<RefRow>(
      `UPDATE connections c SET deleted_at = now(), updated_at = now(), version = c.version + 1 FROM integrations i
        WHERE i.id = c.integration_id AND i.environment_id = $1 AND i.id = $2 AND c.deleted_at IS NULL RETURNING ${REF_COLUMNS}`,
      [integration.environmentId, integration.id],
    );
    return rows.map(toRef);
  }

  async markFetched(ids: readonly ConnectionRowId[], at: Date): Promise<void> {
    await this.db.query(MARK_FETCHED, [ids, at]);
  }

  // Whoever ends a run holds a schedule and refers to its connection; this must not keep it from that, for listeners hold schedules next.
  async #lock(tx: Sql, integration: Integration, condition: string, value: unknown): Promise<LockedRow | null> {
    const [row] = await tx.query<LockedRow>(
      `SELECT id, connection_id AS "connectionId", NOT is_announced OR coalesce(connection_config -> 'pending' = 'true', false) AS "isPending"
         FROM connections WHERE integration_id = $1 AND ${condition} AND deleted_at IS NULL FOR NO KEY UPDATE`,
      [integration.id, value],
    );
    return row ?? null;
  }

  #secretValues(
    environmentId: EnvironmentId,
    id: ConnectionRowId,
    { credentials, secretConfig, nextRefreshAt }: Pick<ConnectionFields, 'credentials' | 'secretConfig' | 'nextRefreshAt'>,
  ): unknown[] {
    return [
      credentials.type,
      sealJson(this.cipher, credentials, 'connections.credentials', environmentId, id),
      expiryOf(credentials),
      Object.keys(secretConfig).length === 0
        ? null
        : sealJson(this.cipher, secretConfig, 'connections.secret_config', environmentId, id),
      nextRefreshAt,
    ];
  }
}
