import type { Credentials } from '#libs/auth-modes';
import type { UrlPolicy } from '#libs/contracts';
import type { Cipher } from '#libs/crypto';
import type { Connection, ConnectionEndUser, ConnectionProblem, ConnectionRef } from './credentials.types.js';
import type { IntegrationRow } from './integrations.repository.js';
import { openJson } from './sealing.js';

/** Columns of a reference; the statement must know `connections c` and `integrations i`. */
export const REF_COLUMNS =
  'c.id, c.integration_id, c.environment_id, c.connection_id, i.unique_key, i.provider, c.webhook_url_override';

export const PROBLEMS = `(SELECT coalesce(jsonb_agg(jsonb_build_object('type', e.type, 'log_id', e.operation_id) ORDER BY e.created_at), '[]')
  FROM connection_errors e WHERE e.connection_id = c.id) AS errors`;

/** A connection and, apart by prefix, its integration. */
export const SNAPSHOT_COLUMNS = `${REF_COLUMNS}, c.credentials, c.connection_config, c.secret_config, c.metadata, c.tags, c.end_user,
  c.version, c.credentials_version, c.refresh_failed_at, c.refreshed_at, c.refresh_attempts, c.refresh_exhausted,
  c.last_fetched_at, c.created_at, c.updated_at, ${PROBLEMS},
  i.id AS i_id, i.environment_id AS i_environment_id, i.display_name AS i_display_name, i.forward_webhooks AS i_forward_webhooks,
  i.credentials AS i_credentials, i.custom AS i_custom, i.created_at AS i_created_at, i.updated_at AS i_updated_at,
  (SELECT e.outbound_policy FROM environments e WHERE e.id = i.environment_id) AS i_outbound_policy`;

export interface RefRow {
  id: number;
  integration_id: number;
  environment_id: number;
  connection_id: string;
  unique_key: string;
  provider: string;
  webhook_url_override: string | null;
}

interface ConnectionRow extends RefRow {
  credentials: Buffer;
  connection_config: Record<string, unknown>;
  secret_config: Buffer | null;
  metadata: Record<string, unknown> | null;
  tags: Record<string, string>;
  end_user: ConnectionEndUser | null;
  version: number;
  credentials_version: number;
  refresh_failed_at: Date | null;
  refreshed_at: Date | null;
  refresh_attempts: number;
  refresh_exhausted: boolean;
  last_fetched_at: Date | null;
  created_at: Date;
  updated_at: Date;
  errors: ConnectionProblem[];
}

interface PrefixedIntegration {
  unique_key: string;
  provider: string;
  i_id: number;
  i_environment_id: number;
  i_display_name: string | null;
  i_forward_webhooks: boolean;
  i_credentials: Buffer | null;
  i_custom: Buffer | null;
  i_created_at: Date;
  i_updated_at: Date;
  i_outbound_policy: UrlPolicy | null;
}

/** `id` is null when only the integration exists. */
export type SnapshotRow = PrefixedIntegration & (ConnectionRow | { id: null });

export const toRef = (row: RefRow): ConnectionRef => ({
  id: row.id,
  integrationId: row.integration_id,
  environmentId: row.environment_id,
  connectionId: row.connection_id,
  providerConfigKey: row.unique_key,
  provider: row.provider,
  webhookUrlOverride: row.webhook_url_override,
});

const openConfig = (row: ConnectionRow, cipher: Cipher): Record<string, unknown> =>
  openJson(cipher, row.secret_config as Buffer, 'connections.secret_config', row.environment_id, row.id) as Record<
    string,
    unknown
  >;

export const toConnection = (row: ConnectionRow, cipher: Cipher): Connection => ({
  ...toRef(row),
  credentials: openJson(cipher, row.credentials, 'connections.credentials', row.environment_id, row.id) as Credentials,
  connectionConfig: row.secret_config ? { ...row.connection_config, ...openConfig(row, cipher) } : row.connection_config,
  publicConfig: row.connection_config,
  metadata: row.metadata,
  tags: row.tags,
  endUser: row.end_user,
  errors: row.errors,
  version: row.version,
  credentialsVersion: row.credentials_version,
  refresh: {
    failedAt: row.refresh_failed_at,
    savedAt: row.refreshed_at,
    attempts: row.refresh_attempts,
    exhausted: row.refresh_exhausted,
  },
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  lastFetchedAt: row.last_fetched_at,
});

export const integrationRowOf = (row: PrefixedIntegration): IntegrationRow => ({
  id: row.i_id,
  environment_id: row.i_environment_id,
  unique_key: row.unique_key,
  provider: row.provider,
  display_name: row.i_display_name,
  forward_webhooks: row.i_forward_webhooks,
  credentials: row.i_credentials,
  custom: row.i_custom,
  created_at: row.i_created_at,
  updated_at: row.i_updated_at,
  outbound_policy: row.i_outbound_policy,
});
