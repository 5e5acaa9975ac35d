import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Invalidations } from '#libs/cache';
import { Cipher } from '#libs/crypto';
import { Database } from '#libs/database';
import { type AccountId, AppError, type EnvironmentId } from '#libs/kernel';
import { type ConnectUiChanges, mergeConnectUi } from './domain/connect-ui-settings.js';
import { type FunctionSchemaChecks, variableAad, type WebhookSettings } from './environments.service.js';
import { hmacKeyAad, signingKeyAad } from './provisioning.js';

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

/** Absent fields stay; an empty address or key removes one. */
export interface ConnectChanges {
  readonly callbackUrl?: string | undefined;
  readonly hmacEnabled?: boolean | undefined;
  readonly hmacKey?: string | undefined;
  readonly connectUi?: ConnectUiChanges | undefined;
}

interface ConnectRow {
  uuid: string;
  hmac_enabled: boolean;
  has_hmac_key: boolean;
  connect_ui_settings: ConnectUiChanges;
}

/** What can be changed of an environment. */
@Injectable()
export class EnvironmentSettings {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
    private readonly changes: Invalidations,
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
    this.#changed(id);
  }

  /** What of actions is held against their deployed schemas. */
  async setFunctionSchemaChecks(id: EnvironmentId, checks: FunctionSchemaChecks): Promise<void> {
    await this.db.query('UPDATE environments SET function_schema_checks = $2, updated_at = now() WHERE id = $1', [id, checks]);
    this.#changed(id);
  }

  /** Over how long the start times of syncs that are opened from now on are spread. */
  async setSyncSpread(id: EnvironmentId, seconds: number): Promise<void> {
    await this.db.query('UPDATE environments SET sync_spread_ms = $2, updated_at = now() WHERE id = $1', [id, seconds * 1_000]);
    this.#changed(id);
  }

  /** How accounts are connected. @throws AppError `invalid_body` when signatures are asked for and there is no key to check them with */
  async setConnect(id: EnvironmentId, { callbackUrl, hmacEnabled, hmacKey, connectUi }: ConnectChanges): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [stored] = await tx.query<ConnectRow>(
        `SELECT uuid, hmac_enabled, hmac_key IS NOT NULL AS has_hmac_key, connect_ui_settings
           FROM environments WHERE id = $1 FOR UPDATE`,
        [id],
      );
      if (!stored) throw new AppError('not_found', 'the environment was deleted');
      const enabled = hmacEnabled ?? stored.hmac_enabled;
      if (enabled && !(hmacKey ?? stored.has_hmac_key)) throw missingHmacKey();
      await tx.query(
        `UPDATE environments SET callback_url = CASE WHEN $2::text IS NULL THEN callback_url ELSE nullif($2, '') END,
                hmac_enabled = $3, hmac_key = CASE WHEN $4 THEN $5 ELSE hmac_key END, connect_ui_settings = $6, updated_at = now()
          WHERE id = $1`,
        [
          id,
          callbackUrl ?? null,
          enabled,
          hmacKey !== undefined,
          hmacKey ? this.cipher.seal(hmacKey, hmacKeyAad(stored.uuid)) : null,
          mergeConnectUi(stored.connect_ui_settings, connectUi ?? {}),
        ],
      );
      tx.afterCommit(() => this.#changed(id));
    });
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
    this.#changed(id);
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
      tx.afterCommit(() => this.#changed(id));
    });
  }

  #changed(id: EnvironmentId): void {
    this.changes.publish('environment', id);
  }
}

const missingHmacKey = (): AppError =>
  new AppError('invalid_body', '', {
    issues: [{ code: 'custom', message: 'is required while hmac_enabled is true', path: ['hmac_key'] }],
  });
