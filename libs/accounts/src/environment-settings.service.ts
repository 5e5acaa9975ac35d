import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Cipher } from '#libs/crypto';
import { Database } from '#libs/database';
import { type AccountId, AppError, type EnvironmentId } from '#libs/kernel';
import { variableAad, type WebhookSettings } from './environments.service.js';
import { signingKeyAad } from './provisioning.js';

/** What a caller sees of the environments of its account. */
export interface EnvironmentSummary {
  readonly name: string;
  readonly isProduction: boolean;
}

/** Absent fields stay; an empty address removes one. */
export interface WebhookChanges {
  readonly primaryUrl?: string | undefined;
  readonly secondaryUrl?: string | undefined;
  readonly settings?: { readonly [Name in keyof WebhookSettings]?: boolean | undefined };
}

/** What can be changed of an environment. */
@Injectable()
export class EnvironmentSettings {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
  ) {}

  /** By name. */
  async list(accountId: AccountId): Promise<EnvironmentSummary[]> {
    return this.db.query<EnvironmentSummary>(
      `SELECT name, is_production AS "isProduction" FROM environments WHERE account_id = $1 AND deleted_at IS NULL ORDER BY name`,
      [accountId],
    );
  }

  async setWebhook(id: EnvironmentId, changes: WebhookChanges): Promise<void> {
    await this.db.query(
      `UPDATE environments SET webhook_url = CASE WHEN $2::text IS NULL THEN webhook_url ELSE nullif($2, '') END,
              webhook_url_secondary = CASE WHEN $3::text IS NULL THEN webhook_url_secondary ELSE nullif($3, '') END,
              webhook_settings = webhook_settings || $4::jsonb, updated_at = now()
        WHERE id = $1`,
      [id, changes.primaryUrl ?? null, changes.secondaryUrl ?? null, changes.settings ?? {}],
    );
  }

  /** Makes a new key; the old one signs nothing from now on. @throws AppError `not_found` */
  async rotateWebhookSigningKey(id: EnvironmentId): Promise<string> {
    const [environment] = await this.db.query<{ uuid: string }>(
      'SELECT uuid FROM environments WHERE id = $1 AND deleted_at IS NULL',
      [id],
    );
    if (!environment) throw new AppError('not_found', 'the environment was deleted');
    const key = randomUUID();
    await this.db.query('UPDATE environments SET webhook_signing_key = $2, updated_at = now() WHERE id = $1', [
      id,
      this.cipher.seal(key, signingKeyAad(environment.uuid)),
    ]);
    return key;
  }

  /** Replaces the whole set; names are unique. */
  async setVariables(id: EnvironmentId, variables: readonly { readonly name: string; readonly value: string }[]): Promise<void> {
    const names = variables.map(({ name }) => name);
    const values = variables.map(({ name, value }) => this.cipher.seal(value, variableAad(id, name)));
    await this.db.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM environments WHERE id = $1 FOR UPDATE', [id]);
      await tx.query('DELETE FROM environment_variables WHERE environment_id = $1 AND name <> ALL($2)', [id, names]);
      await tx.query(
        `INSERT INTO environment_variables (environment_id, name, value)
         SELECT $1, name, value FROM unnest($2::text[], $3::bytea[]) AS given (name, value)
         ON CONFLICT (environment_id, name) DO UPDATE SET value = excluded.value`,
        [id, names, values],
      );
    });
  }
}
