import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { AppError } from '#libs/kernel';
import type { Caller } from './caller.js';
import { isApiKey } from './domain/api-key.js';

/** Injection token of `AccountsOptions`. */
export const ACCOUNTS_OPTIONS = Symbol('accounts-options');

export interface AccountsOptions {
  /** Accounts made later than this are refused public keys. */
  readonly publicKeysUntil: Date;
}

interface PublicCallerRow {
  account_id: number;
  account_created_at: Date;
  environment_id: number;
  name: string;
  uuid: string;
}

/** Callers that show an environment's public key: web pages of the time before Connect sessions (spec/api.md §1.1). */
@Injectable()
export class PublicKeys {
  constructor(
    private readonly db: Database,
    @Inject(ACCOUNTS_OPTIONS) private readonly options: AccountsOptions,
  ) {}

  /** @throws AppError `invalid_public_key`, `unknown_account`, `deprecated_authentication` */
  async authenticate(given: string): Promise<Caller> {
    const key = given.toLowerCase();
    if (!isApiKey(key)) throw new AppError('invalid_public_key', 'public_key must be a UUID v4');
    const [row] = await this.db.query<PublicCallerRow>(
      `SELECT a.id AS account_id, a.created_at AS account_created_at, e.id AS environment_id, e.name, e.uuid
         FROM environments e JOIN accounts a ON a.id = e.account_id
        WHERE e.public_key = $1 AND e.deleted_at IS NULL`,
      [key],
    );
    if (!row) throw new AppError('unknown_account', 'this public key is unknown');
    if (row.account_created_at > this.options.publicKeysUntil) {
      throw new AppError(
        'deprecated_authentication',
        'public keys are no longer accepted: create a Connect session and send its token',
      );
    }
    return {
      accountId: row.account_id,
      environmentId: row.environment_id,
      environmentName: row.name,
      environmentUuid: row.uuid,
      scopes: [],
    };
  }
}
