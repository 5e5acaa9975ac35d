import { Injectable } from '@nestjs/common';
import type { IntegrationCredentials } from '#libs/auth-modes';
import type { UrlPolicy } from '#libs/contracts';
import { Cipher } from '#libs/crypto';
import { Database, type Sql } from '#libs/database';
import type { EnvironmentId, IntegrationId } from '#libs/kernel';
import type { Integration } from './credentials.types.js';
import { openJson, sealJson } from './sealing.js';

export interface IntegrationRow {
  id: number;
  environment_id: number;
  unique_key: string;
  provider: string;
  display_name: string | null;
  forward_webhooks: boolean;
  credentials: Buffer | null;
  custom: Buffer | null;
  created_at: Date;
  updated_at: Date;
  outbound_policy: UrlPolicy | null;
}

/** What can be written of an integration. */
export type IntegrationFields = Pick<Integration, 'uniqueKey' | 'displayName' | 'forwardWebhooks' | 'credentials' | 'custom'>;

const COLUMNS = `id, environment_id, unique_key, provider, display_name, forward_webhooks, credentials, custom, created_at, updated_at,
  (SELECT e.outbound_policy FROM environments e WHERE e.id = integrations.environment_id) AS outbound_policy`;

/** Every query on integrations; secrets are opened here and nowhere else. */
@Injectable()
export class IntegrationsRepository {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
  ) {}

  async find(environmentId: EnvironmentId, uniqueKey: string, on: Sql = this.db): Promise<Integration | null> {
    return this.#one(on, environmentId, uniqueKey, '');
  }

  /** Holds the row against renaming and removal until the transaction ends. */
  async lock(tx: Sql, environmentId: EnvironmentId, uniqueKey: string, mode: 'SHARE' | 'UPDATE'): Promise<Integration | null> {
    return this.#one(tx, environmentId, uniqueKey, `FOR ${mode}`);
  }

  async list(environmentId: EnvironmentId): Promise<Integration[]> {
    const rows = await this.db.query<IntegrationRow>(
      `SELECT ${COLUMNS} FROM integrations WHERE environment_id = $1 AND deleted_at IS NULL ORDER BY created_at, id`,
      [environmentId],
    );
    return rows.map((row) => this.toIntegration(row));
  }

  /** Null when the key is taken. */
  async insert(environmentId: EnvironmentId, provider: string, fields: IntegrationFields): Promise<Integration | null> {
    const [next] = await this.db.query<{ id: number }>(`SELECT nextval('integrations_id_seq')::int AS id`);
    const id = (next as { id: number }).id;
    const [row] = await this.db.query<IntegrationRow>(
      `INSERT INTO integrations (id, environment_id, provider, unique_key, display_name, forward_webhooks, credentials, custom)
       OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (environment_id, unique_key) WHERE deleted_at IS NULL DO NOTHING RETURNING ${COLUMNS}`,
      [id, environmentId, provider, ...this.#values(environmentId, id, fields)],
    );
    return row ? this.toIntegration(row) : null;
  }

  async update(tx: Sql, integration: Integration, fields: IntegrationFields): Promise<Integration> {
    const { id, environmentId } = integration;
    const [row] = await tx.query<IntegrationRow>(
      `UPDATE integrations SET unique_key = $3, display_name = $4, forward_webhooks = $5, credentials = $6, custom = $7,
              updated_at = now()
        WHERE environment_id = $1 AND id = $2 RETURNING ${COLUMNS}`,
      [environmentId, id, ...this.#values(environmentId, id, fields)],
    );
    return this.toIntegration(row as IntegrationRow);
  }

  async markDeleted(tx: Sql, integration: Integration): Promise<void> {
    await tx.query('UPDATE integrations SET deleted_at = now(), updated_at = now() WHERE environment_id = $1 AND id = $2', [
      integration.environmentId,
      integration.id,
    ]);
  }

  async hasConnections(tx: Sql, integrationId: IntegrationId): Promise<boolean> {
    const rows = await tx.query('SELECT 1 FROM connections WHERE integration_id = $1 AND deleted_at IS NULL LIMIT 1', [
      integrationId,
    ]);
    return rows.length > 0;
  }

  toIntegration(row: IntegrationRow): Integration {
    const open = (sealed: Buffer, column: 'integrations.credentials' | 'integrations.custom') =>
      openJson(this.cipher, sealed, column, row.environment_id, row.id);
    return {
      id: row.id,
      environmentId: row.environment_id,
      uniqueKey: row.unique_key,
      provider: row.provider,
      displayName: row.display_name,
      forwardWebhooks: row.forward_webhooks,
      credentials: row.credentials && (open(row.credentials, 'integrations.credentials') as IntegrationCredentials),
      custom: row.custom ? (open(row.custom, 'integrations.custom') as Record<string, string>) : {},
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      outboundPolicy: row.outbound_policy ?? undefined,
    };
  }

  async #one(on: Sql, environmentId: EnvironmentId, uniqueKey: string, lock: string): Promise<Integration | null> {
    const [row] = await on.query<IntegrationRow>(
      `SELECT ${COLUMNS} FROM integrations WHERE environment_id = $1 AND unique_key = $2 AND deleted_at IS NULL ${lock}`,
      [environmentId, uniqueKey],
    );
    return row ? this.toIntegration(row) : null;
  }

  #values(environmentId: EnvironmentId, id: IntegrationId, fields: IntegrationFields): unknown[] {
    const { credentials, custom } = fields;
    return [
      fields.uniqueKey,
      fields.displayName,
      fields.forwardWebhooks,
      credentials && sealJson(this.cipher, credentials, 'integrations.credentials', environmentId, id),
      Object.keys(custom).length === 0 ? null : sealJson(this.cipher, custom, 'integrations.custom', environmentId, id),
    ];
  }
}
