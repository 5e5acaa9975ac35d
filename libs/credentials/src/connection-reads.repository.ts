import { Injectable } from '@nestjs/common';
import { Cipher } from '#libs/crypto';
import { Database } from '#libs/database';
import type { ConnectionRowId, EnvironmentId } from '#libs/kernel';
import { integrationRowOf, PROBLEMS, SNAPSHOT_COLUMNS, type SnapshotRow, toConnection } from './connection-rows.js';
import type {
  Connection,
  ConnectionEndUser,
  ConnectionFilters,
  ConnectionProblem,
  ConnectionSummary,
  Integration,
} from './credentials.types.js';
import { IntegrationsRepository } from './integrations.repository.js';

interface SummaryRow {
  id: number;
  connection_id: string;
  unique_key: string;
  provider: string;
  errors: ConnectionProblem[];
  end_user: ConnectionEndUser | null;
  tags: Record<string, string>;
  metadata: Record<string, unknown> | null;
  connection_config: Record<string, unknown>;
  created: string;
}

/** A LIKE pattern that finds the text anywhere, whatever it holds. */
const anywhere = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

/** A connection with its integration, as one statement reads them. `connection` is null when only the integration exists. */
export interface Snapshot {
  readonly integration: Integration;
  readonly connection: Connection | null;
}

const SNAPSHOT = `SELECT ${SNAPSHOT_COLUMNS} FROM integrations i`;

/** Every query that reads connections; secrets are opened here and nowhere else. */
@Injectable()
export class ConnectionReads {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
    private readonly integrations: IntegrationsRepository,
  ) {}

  /** Null when there is no such integration. */
  async find(environmentId: EnvironmentId, providerConfigKey: string, connectionId: string): Promise<Snapshot | null> {
    const [row] = await this.db.query<SnapshotRow>(
      `${SNAPSHOT} LEFT JOIN connections c ON c.integration_id = i.id AND c.connection_id = $3 AND c.deleted_at IS NULL
        WHERE i.environment_id = $1 AND i.unique_key = $2 AND i.deleted_at IS NULL`,
      [environmentId, providerConfigKey, connectionId],
    );
    return row ? this.#snapshot(row) : null;
  }

  async findByRow(environmentId: EnvironmentId, id: ConnectionRowId): Promise<Snapshot | null> {
    const [row] = await this.db.query<SnapshotRow>(
      `${SNAPSHOT} JOIN connections c ON c.integration_id = i.id
        WHERE c.environment_id = $1 AND c.id = $2 AND c.deleted_at IS NULL AND i.deleted_at IS NULL`,
      [environmentId, id],
    );
    return row ? this.#snapshot(row) : null;
  }

  /** Newest first. The page is cut before problems are looked up, so that they cost by page and not by table. */
  async list(environmentId: EnvironmentId, filters: ConnectionFilters): Promise<ConnectionSummary[]> {
    const { conditions, parameters } = where(environmentId, filters);
    const rows = await this.db.query<SummaryRow>(
      `WITH page AS (
         SELECT c.id, c.connection_id, i.unique_key, i.provider, c.end_user, c.tags, c.metadata, c.connection_config, c.created_at
           FROM connections c JOIN integrations i ON i.id = c.integration_id
          WHERE ${conditions.join(' AND ')}
          ORDER BY c.created_at DESC, c.id DESC
          LIMIT $2 OFFSET $3)
       SELECT c.id, c.connection_id, c.unique_key, c.provider, c.end_user, c.tags, c.metadata, c.connection_config, ${PROBLEMS},
              (to_json(c.created_at AT TIME ZONE 'UTC') #>> '{}') || '+00:00' AS created
         FROM page c ORDER BY c.created_at DESC, c.id DESC`,
      parameters,
    );
    return rows.map(toSummary);
  }

  #snapshot(row: SnapshotRow): Snapshot {
    const integration = this.integrations.toIntegration(integrationRowOf(row));
    return { integration, connection: row.id === null ? null : toConnection(row, this.cipher) };
  }
}

function where(environmentId: EnvironmentId, filters: ConnectionFilters): { conditions: string[]; parameters: unknown[] } {
  const parameters: unknown[] = [environmentId, filters.limit, filters.page * filters.limit];
  const conditions = ['c.environment_id = $1', 'c.deleted_at IS NULL', 'i.deleted_at IS NULL'];
  const and = (condition: (parameter: string) => string, value: unknown): void => {
    if (value === undefined) return;
    conditions.push(condition(`$${parameters.push(value)}`));
  };
  and((p) => `c.connection_id = ${p}`, filters.connectionId);
  and((p) => `i.unique_key = ANY(${p})`, filters.integrationIds);
  and((p) => `c.tags @> ${p}::jsonb`, filters.tags);
  and((p) => `(c.end_user ->> 'id' = ${p} OR c.tags ->> 'end_user_id' = ${p})`, filters.endUserId);
  and(
    (p) => `(c.end_user -> 'organization' ->> 'id' = ${p} OR c.tags ->> 'organization_id' = ${p})`,
    filters.endUserOrganizationId,
  );
  and(
    (p) =>
      `(c.connection_id ILIKE ${p} OR c.end_user ->> 'display_name' ILIKE ${p} OR c.end_user ->> 'email' ILIKE ${p}
        OR c.tags ->> 'end_user_display_name' ILIKE ${p} OR c.tags ->> 'end_user_email' ILIKE ${p})`,
    filters.search === undefined ? undefined : anywhere(filters.search),
  );
  return { conditions, parameters };
}

const toSummary = (row: SummaryRow): ConnectionSummary => ({
  id: row.id,
  connectionId: row.connection_id,
  providerConfigKey: row.unique_key,
  provider: row.provider,
  errors: row.errors,
  endUser: row.end_user,
  tags: row.tags,
  metadata: row.metadata,
  connectionConfig: row.connection_config,
  created: row.created,
});
