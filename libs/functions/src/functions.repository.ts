import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '#libs/database';
import type { EnvironmentId, FunctionId } from '#libs/kernel';
import type { PlannedFunction } from './domain/deploy-plan.js';
import type {
  DeployedFunction,
  FunctionDefinition,
  FunctionFilters,
  FunctionSource,
  FunctionType,
  Paging,
} from './functions.types.js';

interface FunctionRow {
  id: number;
  environment_id: number;
  integration_id: number;
  unique_key: string;
  provider: string;
  type: FunctionType;
  name: string;
  enabled: boolean;
  source: FunctionSource;
  version: string;
  bundle_hash: string;
  source_hash: string;
  definition: FunctionDefinition;
  sdk_version: string | null;
  last_deployed: Date;
}

const SELECT = `SELECT f.id, f.environment_id, f.integration_id, i.unique_key, i.provider, f.type, f.name, f.enabled, f.source,
    f.version, f.bundle_hash, f.source_hash, f.definition, f.sdk_version, f.last_deployed
  FROM functions f JOIN integrations i ON i.id = f.integration_id
  WHERE f.environment_id = $1 AND f.deleted_at IS NULL`;

const MATCHES = `($2::int IS NULL OR f.integration_id = $2) AND ($3::text IS NULL OR f.type = $3) AND ($4::text IS NULL OR f.name = $4)
  AND ($5::text IS NULL OR strpos(lower(f.name), lower($5)) > 0)`;

const UPDATE = `UPDATE functions SET version = $1, bundle_hash = $2, source_hash = $3, definition = $4, sdk_version = $5, source = $6,
    last_deployed = now() WHERE id = $8 RETURNING *`;

const INSERT = `INSERT INTO functions
    (version, bundle_hash, source_hash, definition, sdk_version, source, environment_id, integration_id, type, name)
  VALUES ($1, $2, $3, $4, $5, $6, $8, $9, $10, $11) RETURNING *`;

const REMEMBERED = (write: string) => `WITH saved AS (${write})
  INSERT INTO function_versions (function_id, version, bundle_hash, source_hash, definition, sdk_version, source, restored_from)
  SELECT id, version, bundle_hash, source_hash, definition, sdk_version, source, $7 FROM saved RETURNING function_id AS id`;

/** Every query on functions. */
@Injectable()
export class FunctionsRepository {
  constructor(private readonly db: Database) {}

  async byId(environmentId: EnvironmentId, id: FunctionId): Promise<DeployedFunction | null> {
    const [row] = await this.db.query<FunctionRow>(`${SELECT} AND f.id = $2`, [environmentId, id]);
    return row ? toFunction(row) : null;
  }

  /** By name, then type. */
  async list(environmentId: EnvironmentId, filters: FunctionFilters, on: Sql = this.db): Promise<DeployedFunction[]> {
    const rows = await on.query<FunctionRow>(`${SELECT} AND ${MATCHES} ORDER BY f.name, f.type, f.id`, [
      environmentId,
      ...valuesOf(filters),
    ]);
    return rows.map(toFunction);
  }

  /** As `list`, a slice. */
  async page(environmentId: EnvironmentId, filters: FunctionFilters, { page, limit }: Paging): Promise<DeployedFunction[]> {
    const rows = await this.db.query<FunctionRow>(`${SELECT} AND ${MATCHES} ORDER BY f.name, f.type, f.id LIMIT $6 OFFSET $7`, [
      environmentId,
      ...valuesOf(filters),
      limit,
      page * limit,
    ]);
    return rows.map(toFunction);
  }

  async count(environmentId: EnvironmentId, filters: FunctionFilters): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM functions f WHERE f.environment_id = $1 AND f.deleted_at IS NULL AND ${MATCHES}`,
      [environmentId, ...valuesOf(filters)],
    );
    return row?.count ?? 0;
  }

  /** All functions of an environment, held against changes until the transaction ends. */
  async lockAll(tx: Sql, environmentId: EnvironmentId): Promise<DeployedFunction[]> {
    const rows = await tx.query<FunctionRow>(`${SELECT} ORDER BY f.id FOR UPDATE OF f`, [environmentId]);
    return rows.map(toFunction);
  }

  /** Writes a planned function as the current one, and adds to its history; an existing one stays enabled or disabled as it is. */
  async save(
    tx: Sql,
    environmentId: EnvironmentId,
    { next, version, current, restored }: PlannedFunction,
    source: FunctionSource,
    sdkVersion: string | null,
  ): Promise<FunctionId> {
    const code = [version, next.bundleHash, next.sourceHash, JSON.stringify(next.definition)];
    const values = [...code, restored ? restored.sdkVersion : sdkVersion, source, restored?.version ?? null];
    const [row] = current
      ? await tx.query<{ id: number }>(REMEMBERED(UPDATE), [...values, current.id])
      : await tx.query<{ id: number }>(REMEMBERED(INSERT), [...values, environmentId, next.integrationId, next.type, next.name]);
    return (row as { id: number }).id;
  }

  /** What a deploy brings again is its own from now on, changed or not. */
  async setSource(tx: Sql, ids: readonly FunctionId[], source: FunctionSource): Promise<void> {
    await tx.query('UPDATE functions SET source = $2 WHERE id = ANY ($1) AND source <> $2', [ids, source]);
  }

  /** Answers the function as it was, held until the transaction ends; null when it is gone. */
  async lock(tx: Sql, environmentId: EnvironmentId, id: FunctionId): Promise<DeployedFunction | null> {
    const [row] = await tx.query<FunctionRow>(`${SELECT} AND f.id = $2 FOR UPDATE OF f`, [environmentId, id]);
    return row ? toFunction(row) : null;
  }

  async setEnabled(tx: Sql, id: FunctionId, isEnabled: boolean): Promise<void> {
    await tx.query('UPDATE functions SET enabled = $2 WHERE id = $1', [id, isEnabled]);
  }

  async markDeleted(tx: Sql, ids: readonly FunctionId[]): Promise<void> {
    await tx.query('UPDATE functions SET deleted_at = now() WHERE id = ANY ($1) AND deleted_at IS NULL', [ids]);
  }

  /** Functions of an integration. Answers which. */
  async markIntegrationDeleted(tx: Sql, integrationId: number): Promise<FunctionId[]> {
    const rows = await tx.query<{ id: number }>(
      'UPDATE functions SET deleted_at = now() WHERE integration_id = $1 AND deleted_at IS NULL RETURNING id',
      [integrationId],
    );
    return rows.map(({ id }) => id);
  }
}

const valuesOf = ({ integrationId, type, name, search }: FunctionFilters) => [
  integrationId ?? null,
  type ?? null,
  name ?? null,
  search ?? null,
];

const toFunction = (row: FunctionRow): DeployedFunction => ({
  id: row.id,
  environmentId: row.environment_id,
  integrationId: row.integration_id,
  providerConfigKey: row.unique_key,
  provider: row.provider,
  type: row.type,
  name: row.name,
  enabled: row.enabled,
  source: row.source,
  version: row.version,
  bundleHash: row.bundle_hash,
  sourceHash: row.source_hash,
  models: row.definition.models,
  definition: row.definition,
  sdkVersion: row.sdk_version,
  lastDeployed: row.last_deployed,
});
