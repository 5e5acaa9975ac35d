import { Injectable } from '@nestjs/common';
import { Database, type Sql, type Transaction } from '#libs/database';

/** Those of the given hashes that a function or a version that is kept refers to. */
const REFERRED = `SELECT bundle_hash AS hash FROM functions WHERE bundle_hash = ANY ($1) AND deleted_at IS NULL
  UNION SELECT source_hash FROM functions WHERE source_hash = ANY ($1) AND deleted_at IS NULL
  UNION SELECT bundle_hash FROM function_versions WHERE bundle_hash = ANY ($1)
  UNION SELECT source_hash FROM function_versions WHERE source_hash = ANY ($1)`;

/** Every query on code that nothing refers to. */
@Injectable()
export class CondemnedCodeRepository {
  constructor(private readonly db: Database) {}

  /** Those of the hashes that are referred to. @param on a transaction that must see what was committed meanwhile */
  async referred(hashes: readonly string[], on: Sql = this.db): Promise<Set<string>> {
    const rows = await on.query<{ hash: string }>(REFERRED, [hashes]);
    return new Set(rows.map(({ hash }) => hash));
  }

  /** Those that are condemned already stay so since then. */
  async add(hashes: readonly string[]): Promise<void> {
    await this.db.query('INSERT INTO condemned_code (hash) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [hashes]);
  }

  /** Waits for whoever removes one of them right now. In one order, so that two who do so do not wait for each other. */
  async acquit(hashes: readonly string[], on: Sql = this.db): Promise<void> {
    await on.query(
      'DELETE FROM condemned_code WHERE hash IN (SELECT hash FROM condemned_code WHERE hash = ANY ($1) ORDER BY hash FOR UPDATE)',
      [hashes],
    );
  }

  /** The oldest that were condemned before a time, held until the transaction ends. */
  async lockOldest(tx: Transaction, before: Date, limit: number): Promise<string[]> {
    const rows = await tx.query<{ hash: string }>(
      `SELECT hash FROM condemned_code WHERE condemned_at < $1 ORDER BY condemned_at, hash LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [before, limit],
    );
    return rows.map(({ hash }) => hash);
  }
}
