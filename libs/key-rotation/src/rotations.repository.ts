import { Injectable } from '@nestjs/common';
import { DataKeys, type RootKey } from '#libs/crypto';
import { Database } from '#libs/database';
import type { RowKey } from './column-store.js';
import type { ColumnProgress, Rotation, RotationScope } from './rotations.types.js';

const COLUMNS = `id, scope, root_fingerprint AS "rootFingerprint", data_key_id AS "dataKeyId", state, note,
  created_at AS "createdAt", finished_at AS "finishedAt"`;
const OPEN = `state <> 'done'`;

/** How far a page brought a rotation. */
export interface Advance {
  readonly from: RowKey | null;
  readonly to: RowKey;
  readonly rows: number;
  readonly activeMs: number;
}

/** Every statement on `key_rotations` and `key_rotation_columns`. At most one rotation is open, by a unique index. */
@Injectable()
export class RotationsRepository {
  constructor(
    private readonly db: Database,
    private readonly keys: DataKeys,
  ) {}

  /** Opens a rotation, with the data key it needs; null while another is open. */
  async open(scope: RotationScope, root: RootKey): Promise<Rotation | null> {
    return this.db.transaction(async (tx) => {
      const [made] = await tx.query<{ id: number }>(
        'INSERT INTO key_rotations (scope, root_fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id',
        [scope, root.fingerprint],
      );
      if (!made) return null;
      const dataKeyId = scope === 'data' ? await this.keys.add(tx, root) : null;
      const [rotation] = await tx.query<Rotation>(
        `UPDATE key_rotations SET data_key_id = $2 WHERE id = $1 RETURNING ${COLUMNS}`,
        [made.id, dataKeyId],
      );
      return rotation ?? null;
    });
  }

  /** The one that is running or paused. */
  async current(): Promise<Rotation | null> {
    const [row] = await this.db.query<Rotation>(`SELECT ${COLUMNS} FROM key_rotations WHERE ${OPEN}`);
    return row ?? null;
  }

  async latest(): Promise<Rotation | null> {
    const [row] = await this.db.query<Rotation>(`SELECT ${COLUMNS} FROM key_rotations ORDER BY id DESC LIMIT 1`);
    return row ?? null;
  }

  async note(id: number, note: string | null): Promise<void> {
    await this.db.query('UPDATE key_rotations SET note = $2 WHERE id = $1 AND note IS DISTINCT FROM $2', [id, note]);
  }

  /** @returns false when none is open, or it is in that state already */
  async setState(state: 'running' | 'paused', note: string | null): Promise<boolean> {
    const rows = await this.db.query(`UPDATE key_rotations SET state = $1, note = $2 WHERE ${OPEN} AND state <> $1 RETURNING 1`, [
      state,
      note,
    ]);
    return rows.length > 0;
  }

  async finish(id: number): Promise<void> {
    await this.db.query(
      `UPDATE key_rotations SET state = 'done', note = NULL, finished_at = now() WHERE id = $1 AND state = 'running'`,
      [id],
    );
  }

  async addColumn(rotationId: number, name: string, total: number): Promise<void> {
    await this.db.query(
      'INSERT INTO key_rotation_columns (rotation_id, name, total) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [rotationId, name, total],
    );
  }

  columns(rotationId: number): Promise<ColumnProgress[]> {
    return this.db.query<ColumnProgress>(
      `SELECT name, last_key AS "lastKey", pass, done, total, active_ms AS "activeMs", finished_at AS "finishedAt"
         FROM key_rotation_columns WHERE rotation_id = $1 ORDER BY name`,
      [rotationId],
    );
  }

  /** By compare-and-set: false when another process went on from there, or the rotation does not run any more. */
  async advance(rotationId: number, name: string, { from, to, rows, activeMs }: Advance): Promise<boolean> {
    const moved = await this.db.query(
      `UPDATE key_rotation_columns c SET last_key = $4::jsonb, done = done + $5, active_ms = active_ms + $6
         FROM key_rotations r
        WHERE c.rotation_id = $1 AND c.name = $2 AND c.last_key IS NOT DISTINCT FROM $3::jsonb AND c.finished_at IS NULL
          AND r.id = c.rotation_id AND r.state = 'running' RETURNING 1`,
      [rotationId, name, from && JSON.stringify(from), JSON.stringify(to), rows, activeMs],
    );
    return moved.length > 0;
  }

  /** Everything was looked at: over, or once more from the start for so many that are left. */
  async endPass(rotationId: number, name: string, left: number): Promise<void> {
    await this.db.query(
      `UPDATE key_rotation_columns SET last_key = NULL, pass = pass + 1, done = greatest(done - $3, 0),
              finished_at = CASE WHEN $3 = 0 THEN now() END
        WHERE rotation_id = $1 AND name = $2`,
      [rotationId, name, left],
    );
  }
}
