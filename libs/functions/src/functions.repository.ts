import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '#libs/database';
import type { EnvironmentId, FunctionId } from '#libs/kernel';
import type { PlannedFunction } from './domain/deploy-plan.js';
import type { DeployedFunction, FunctionDefinition, FunctionFilters, FunctionSource, FunctionType } from './functions.types.js';

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

const REMEMBER_VERSION = `INSERT INTO function_versions (function_id, version, bundle_hash, source_hash, definition)
  SELECT id, version, bundle_hash, source_hash, definition FROM functions WHERE id = $1
  ON CONFLICT (function_id, version, bundle_hash)
    DO UPDATE SET source_hash = excluded.source_hash, definition = excluded.definition, deployed_at = now()`;

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
    const rows = await on.query<FunctionRow>(
      `${SELECT} AND ($2::int IS NULL OR f.integration_id = $2) AND ($3::text IS NULL OR f.type = $3)
         AND ($4::text IS NULL OR f.name = $4) ORDER BY f.name, f.type, f.id`,
      [environmentId, filters.integrationId ?? null, filters.type ?? null, filters.name ?? null],
    );
    return rows.map(toFunction);
  }

  /** All functions of an environment, held against changes until the transaction ends. */
  async lockAll(tx: Sql, environmentId: EnvironmentId): Promise<DeployedFunction[]> {
    const rows = await tx.query<FunctionRow>(`${SELECT} ORDER BY f.id FOR UPDATE OF f`, [environmentId]);
    return rows.map(toFunction);
  }

  /** Writes a planned function as the current one, with its version; an existing one stays enabled or disabled as it is. */
  async save(
    tx: Sql,
    environmentId: EnvironmentId,
    { next, version, current }: PlannedFunction,
    source: FunctionSource,
    sdkVersion: string | null,
  ): Promise<FunctionId> {
    const values = [version, next.bundleHash, next.sourceHash, JSON.stringify(next.definition), sdkVersion, source];
    const [row] = current
      ? await tx.query<{ id: number }>(
          `UPDATE functions SET version = $2, bundle_hash = $3, source_hash = $4, definition = $5, sdk_version = $6, source = $7,
                  last_deployed = now() WHERE id = $1 RETURNING id`,
          [current.id, ...values],
        )
      : await tx.query<{ id: number }>(
          `INSERT INTO functions (version, bundle_hash, source_hash, definition, sdk_version, source, environment_id, integration_id, type, name)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
          [...values, environmentId, next.integrationId, next.type, next.name],
        );
    const { id } = row as { id: number };
    await tx.query(REMEMBER_VERSION, [id]);
    return id;
  }

  async markDeleted(tx: Sql, ids: readonly FunctionId[]): Promise<void> {
    await tx.query('UPDATE functions SET deleted_at = now() WHERE id = ANY ($1) AND deleted_at IS NULL', [ids]);
  }

  /** Functions of an integration. */
  async markIntegrationDeleted(tx: Sql, integrationId: number): Promise<void> {
    await tx.query('UPDATE functions SET deleted_at = now() WHERE integration_id = $1 AND deleted_at IS NULL', [integrationId]);
  }
}

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
