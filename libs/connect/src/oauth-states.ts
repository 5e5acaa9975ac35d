import { Injectable } from '@nestjs/common';
import { hash, randomBytes } from 'node:crypto';
import { Cipher } from '#libs/crypto';
import { Database } from '#libs/database';
import type { EnvironmentId } from '#libs/kernel';
import type { PendingFlow } from './connect.types.js';

/** A browser must be back within this time (spec/auth.md §3.2). */
const STATE_LIFE_MS = 3_600_000;

interface StateRow {
  environment_id: number;
  sealed: Buffer;
  expired: boolean;
}

const hashOf = (state: string): Buffer => hash('sha256', state, 'buffer');

const place = (environmentId: EnvironmentId, stateHash: Buffer): string =>
  `oauth_states.sealed:${environmentId}:${stateHash.toString('base64url')}`;

/** What the server remembers of browsers it sent to providers, under a text that only they bring back. */
@Injectable()
export class OAuthStates {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
  ) {}

  /** A new state: 256 random bits, of which only the digest is stored. */
  newState(): string {
    return randomBytes(32).toString('base64url');
  }

  async save(environmentId: EnvironmentId, state: string, flow: PendingFlow): Promise<void> {
    const stateHash = hashOf(state);
    await this.db.query('INSERT INTO oauth_states (state_hash, environment_id, sealed, expires_at) VALUES ($1, $2, $3, $4)', [
      stateHash,
      environmentId,
      this.cipher.seal(JSON.stringify(flow), place(environmentId, stateHash)),
      new Date(Date.now() + STATE_LIFE_MS),
    ]);
  }

  /** Takes what is remembered, once: of two that come with one state, one gets it. Null when it is unknown, taken or too old. */
  async consume(state: string): Promise<PendingFlow | null> {
    const stateHash = hashOf(state);
    const [row] = await this.db.query<StateRow>(
      'DELETE FROM oauth_states WHERE state_hash = $1 RETURNING environment_id, sealed, expires_at <= now() AS expired',
      [stateHash],
    );
    if (!row || row.expired) return null;
    return JSON.parse(this.cipher.openText(row.sealed, place(row.environment_id, stateHash))) as PendingFlow;
  }
}
