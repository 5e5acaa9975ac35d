import { Injectable } from '@nestjs/common';
import type { UrlPolicy } from '#libs/contracts';
import { Cipher } from '#libs/crypto';
import { Database, type Sql } from '#libs/database';
import { type AccountId, AppError, type EnvironmentId } from '#libs/kernel';
import { type ConnectUiChanges, connectUiOf, type ConnectUiSettings } from './domain/connect-ui-settings.js';
import { hmacKeyAad, signingKeyAad } from './provisioning.js';

/** Which events an environment wants to hear of (spec/api.md §6.2); all on by default. */
export interface WebhookSettings {
  readonly on_auth_creation: boolean;
  readonly on_auth_refresh_error: boolean;
  readonly on_sync_completion_always: boolean;
  readonly on_sync_error: boolean;
  readonly on_async_action_completion: boolean;
}

const ALL_ON: WebhookSettings = {
  on_auth_creation: true,
  on_auth_refresh_error: true,
  on_sync_completion_always: true,
  on_sync_error: true,
  on_async_action_completion: true,
};

export type FunctionSchemaChecks = 'off' | 'input' | 'output' | 'both';

export interface Environment {
  readonly id: EnvironmentId;
  readonly accountId: AccountId;
  readonly accountName: string;
  readonly uuid: string;
  readonly name: string;
  /** Where events go: primary first. */
  readonly webhookUrls: readonly string[];
  readonly webhookSettings: WebhookSettings;
  readonly webhookSigningKey: string;
  /** What pages may show in place of a Connect session. */
  readonly publicKey: string;
  /** Where providers send browsers back to; null: this server's own address. */
  readonly callbackUrl: string | null;
  /** With it, callers that show the public key must prove that the developer's server sent them (spec/auth.md §3.7). */
  readonly hmac: { readonly enabled: boolean; readonly key: string | null };
  readonly connectUi: ConnectUiSettings;
  /** What it may call, laid over the server's policy; undefined: it has none of its own. */
  readonly outboundPolicy: UrlPolicy | undefined;
  /** Whether what goes into actions and comes out of them has to fit their deployed schemas. */
  readonly functionSchemaChecks: FunctionSchemaChecks;
  /** Over how many seconds the first runs of syncs that are opened together are spread; 0: all at once. */
  readonly syncSpreadSeconds: number;
}

interface EnvironmentRow {
  id: number;
  account_id: number;
  account_name: string;
  uuid: string;
  name: string;
  webhook_url: string | null;
  webhook_url_secondary: string | null;
  webhook_settings: Partial<WebhookSettings>;
  webhook_signing_key: Buffer;
  public_key: string;
  callback_url: string | null;
  hmac_enabled: boolean;
  hmac_key: Buffer | null;
  connect_ui_settings: ConnectUiChanges;
  outbound_policy: UrlPolicy | null;
  function_schema_checks: FunctionSchemaChecks;
  sync_spread_ms: string;
}

const SELECT = 'SELECT e.*, a.name AS account_name FROM environments e JOIN accounts a ON a.id = e.account_id';

@Injectable()
export class Environments {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
  ) {}

  /** @param on the transaction of whoever is in one: it must not wait for a second connection, or all wait for each other */
  async get(id: EnvironmentId, on: Sql = this.db): Promise<Environment> {
    const [row] = await on.query<EnvironmentRow>(`${SELECT} WHERE e.id = $1`, [id]);
    if (!row) throw new Error(`environment ${id} is gone`);
    return this.#open(row);
  }

  /** @throws AppError `unknown_environment` */
  async getByUuid(uuid: string): Promise<Environment> {
    const [row] = await this.db.query<EnvironmentRow>(`${SELECT} WHERE e.uuid = $1 AND e.deleted_at IS NULL`, [uuid]);
    if (!row) throw new AppError('unknown_environment', 'there is no such environment');
    return this.#open(row);
  }

  #open(row: EnvironmentRow): Environment {
    return {
      id: row.id,
      accountId: row.account_id,
      uuid: row.uuid,
      name: row.name,
      webhookUrls: [row.webhook_url, row.webhook_url_secondary].filter((url): url is string => url !== null && url !== ''),
      webhookSettings: { ...ALL_ON, ...row.webhook_settings },
      webhookSigningKey: this.cipher.openText(row.webhook_signing_key, signingKeyAad(row.uuid)),
      accountName: row.account_name,
      publicKey: row.public_key,
      callbackUrl: row.callback_url,
      hmac: { enabled: row.hmac_enabled, key: row.hmac_key && this.cipher.openText(row.hmac_key, hmacKeyAad(row.uuid)) },
      connectUi: connectUiOf(row.connect_ui_settings),
      outboundPolicy: row.outbound_policy ?? undefined,
      functionSchemaChecks: row.function_schema_checks,
      syncSpreadSeconds: Number(row.sync_spread_ms) / 1_000,
    };
  }

  /** Values are sealed at rest; names sort. */
  async variables(id: EnvironmentId): Promise<{ name: string; value: string }[]> {
    const rows = await this.db.query<{ name: string; value: Buffer }>(
      'SELECT name, value FROM environment_variables WHERE environment_id = $1 ORDER BY name',
      [id],
    );
    return rows.map((row) => ({
      name: row.name,
      value: this.cipher.openText(row.value, variableAad(id, row.name)),
    }));
  }
}

export const variableAad = (id: EnvironmentId, name: string): string => `environment_variables:${id}:${name}`;
