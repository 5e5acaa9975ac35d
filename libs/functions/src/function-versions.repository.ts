import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '#libs/database';
import type { FunctionId } from '#libs/kernel';
import type {
  FunctionDefinition,
  FunctionSource,
  FunctionVersion,
  FunctionVersionId,
  FunctionVersionRef,
  Paging,
} from './functions.types.js';

interface VersionRow {
  id: FunctionVersionId;
  version: string;
  bundleHash: string;
  sourceHash: string;
  definition: FunctionDefinition;
  source: FunctionSource;
  sdkVersion: string | null;
  deployedAt: Date;
  restoredFrom: string | null;
  isCurrent: boolean;
}

// The newest entry is the one that runs: whatever changes a function adds one.
const SELECT = `SELECT v.id::float8 AS id, v.version, v.bundle_hash AS "bundleHash", v.source_hash AS "sourceHash", v.definition, v.source,
    v.sdk_version AS "sdkVersion", v.deployed_at AS "deployedAt", v.restored_from AS "restoredFrom",
    NOT EXISTS (SELECT 1 FROM function_versions n WHERE n.function_id = v.function_id AND n.id > v.id) AS "isCurrent"
  FROM function_versions v WHERE v.function_id = $1`;

const REMOVE_OLD = `DELETE FROM function_versions WHERE id IN (
    SELECT v.id FROM (SELECT id, function_id, row_number() OVER (PARTITION BY function_id ORDER BY id DESC) AS rank FROM function_versions) v
      JOIN functions f ON f.id = v.function_id
     WHERE v.rank > $1 OR f.deleted_at < $2 LIMIT $3)
  RETURNING 1`;

/** Every query on the history of functions; `FunctionsRepository.save` adds to it. */
@Injectable()
export class FunctionVersionsRepository {
  constructor(private readonly db: Database) {}

  /** Newest first. */
  list(functionId: FunctionId, { page, limit }: Paging): Promise<FunctionVersion[]> {
    return this.db.query<VersionRow>(`${SELECT} ORDER BY v.id DESC LIMIT $2 OFFSET $3`, [functionId, limit, page * limit]);
  }

  async count(functionId: FunctionId): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM function_versions WHERE function_id = $1',
      [functionId],
    );
    return row?.count ?? 0;
  }

  async find(functionId: FunctionId, ref: FunctionVersionRef, on: Sql = this.db): Promise<FunctionVersion | null> {
    const [row] =
      'id' in ref
        ? await on.query<VersionRow>(`${SELECT} AND v.id = $2`, [functionId, ref.id])
        : await on.query<VersionRow>(`${SELECT} AND v.version = $2 ORDER BY v.id DESC LIMIT 1`, [functionId, ref.version]);
    return row ?? null;
  }

  /** Of each function all but its `kept` newest entries, and all of functions removed before a date. Answers how many went. */
  async removeOld(kept: number, removedBefore: Date, limit: number): Promise<number> {
    const rows = await this.db.query(REMOVE_OLD, [kept, removedBefore, limit]);
    return rows.length;
  }
}
