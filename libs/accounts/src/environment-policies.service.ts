import { Injectable } from '@nestjs/common';
import { Invalidations } from '#libs/cache';
import type { UrlPolicy } from '#libs/contracts';
import { Database } from '#libs/database';
import { AppError } from '#libs/kernel';

/** An environment as operators know it. */
export interface GovernedEnvironment {
  readonly uuid: string;
  readonly name: string;
  readonly accountName: string;
  /** Null: it has none of its own. */
  readonly outboundPolicy: UrlPolicy | null;
}

const SELECT = `SELECT e.uuid, e.name, a.name AS "accountName", e.outbound_policy AS "outboundPolicy"
  FROM environments e JOIN accounts a ON a.id = e.account_id WHERE e.deleted_at IS NULL`;

/** What operators let each environment call (spec/auth.md §6.8). */
@Injectable()
export class EnvironmentPolicies {
  constructor(
    private readonly db: Database,
    private readonly changes: Invalidations,
  ) {}

  /** Oldest first. @param page from 0 */
  list(limit: number, page: number): Promise<GovernedEnvironment[]> {
    return this.db.query<GovernedEnvironment>(`${SELECT} ORDER BY e.id LIMIT $1 OFFSET $2`, [limit, limit * page]);
  }

  /** @throws AppError `unknown_environment` */
  async find(uuid: string): Promise<GovernedEnvironment> {
    const [environment] = await this.db.query<GovernedEnvironment>(`${SELECT} AND e.uuid = $1`, [uuid]);
    return environment ?? unknown();
  }

  /**
   * Replaces the policy; null takes it away. Calls follow it within a second, functions that run when they next read their connection.
   * @throws AppError `unknown_environment`
   */
  async set(uuid: string, policy: UrlPolicy | null): Promise<void> {
    const [environment] = await this.db.query<{ id: number }>(
      'UPDATE environments SET outbound_policy = $2, updated_at = now() WHERE uuid = $1 AND deleted_at IS NULL RETURNING id',
      [uuid, policy],
    );
    if (!environment) return unknown();
    this.changes.publish('environment', environment.id);
  }
}

function unknown(): never {
  throw new AppError('unknown_environment', 'there is no such environment');
}
