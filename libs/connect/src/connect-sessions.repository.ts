import { Injectable } from '@nestjs/common';
import type { ConnectSession } from '#libs/accounts';
import { Cipher } from '#libs/crypto';
import { Database } from '#libs/database';
import type { EnvironmentId } from '#libs/kernel';

/** What can be written of a session. */
export type SessionFields = Omit<ConnectSession, 'id'>;

/** Settings may hold client secrets. */
type SealedFields = Pick<ConnectSession, 'defaults' | 'overrides'>;

interface SessionRow {
  id: string;
  environment_id: number;
  reconnects: number | null;
  end_user: ConnectSession['endUser'];
  tags: Record<string, string>;
  allowed_integrations: string[] | null;
  webhook_url_override: string | null;
  sealed: Buffer;
}

export interface StoredSession {
  readonly environmentId: EnvironmentId;
  readonly session: ConnectSession;
}

const place = (environmentId: EnvironmentId, tokenHash: Buffer): string =>
  `connect_sessions.sealed:${environmentId}:${tokenHash.toString('base64url')}`;

/** Every query on Connect sessions; settings are sealed and opened here and nowhere else. */
@Injectable()
export class ConnectSessionsRepository {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
  ) {}

  async insert(environmentId: EnvironmentId, tokenHash: Buffer, fields: SessionFields, expiresAt: Date): Promise<void> {
    const { defaults, overrides } = fields;
    const sealed: SealedFields = { defaults, overrides };
    await this.db.query(
      `INSERT INTO connect_sessions (token_hash, environment_id, reconnects, end_user, tags, allowed_integrations,
              webhook_url_override, sealed, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        tokenHash,
        environmentId,
        fields.reconnects,
        fields.endUser,
        fields.tags,
        fields.allowedIntegrations,
        fields.webhookUrlOverride,
        this.cipher.seal(JSON.stringify(sealed), place(environmentId, tokenHash)),
        expiresAt,
      ],
    );
  }

  /** Null when it is unknown, expired or deleted. */
  async find(tokenHash: Buffer): Promise<StoredSession | null> {
    const [row] = await this.db.query<SessionRow>(
      `SELECT s.id, s.environment_id, s.reconnects, s.end_user, s.tags, s.allowed_integrations, s.webhook_url_override, s.sealed
         FROM connect_sessions s JOIN environments e ON e.id = s.environment_id
        WHERE s.token_hash = $1 AND s.deleted_at IS NULL AND s.expires_at > now() AND e.deleted_at IS NULL`,
      [tokenHash],
    );
    return row ? { environmentId: row.environment_id, session: this.#toSession(row, tokenHash) } : null;
  }

  async markDeleted(environmentId: EnvironmentId, id: string): Promise<void> {
    await this.db.query('UPDATE connect_sessions SET deleted_at = now() WHERE environment_id = $1 AND id = $2', [
      environmentId,
      id,
    ]);
  }

  #toSession(row: SessionRow, tokenHash: Buffer): ConnectSession {
    return {
      id: row.id,
      endUser: row.end_user,
      tags: row.tags,
      allowedIntegrations: row.allowed_integrations,
      reconnects: row.reconnects,
      webhookUrlOverride: row.webhook_url_override,
      ...(JSON.parse(this.cipher.openText(row.sealed, place(row.environment_id, tokenHash))) as SealedFields),
    };
  }
}
