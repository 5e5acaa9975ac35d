import { Injectable } from '@nestjs/common';
import { Cipher } from '#libs/crypto';
import { Database } from '#libs/database';
import type { AccountId, EnvironmentId } from '#libs/kernel';
import { signingKeyAad } from './provisioning.js';

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

export interface Environment {
  readonly id: EnvironmentId;
  readonly accountId: AccountId;
  readonly uuid: string;
  readonly name: string;
  /** Where events go: primary first. */
  readonly webhookUrls: readonly string[];
  readonly webhookSettings: WebhookSettings;
  readonly webhookSigningKey: string;
}

interface EnvironmentRow {
  id: number;
  account_id: number;
  uuid: string;
  name: string;
  webhook_url: string | null;
  webhook_url_secondary: string | null;
  webhook_settings: Partial<WebhookSettings>;
  webhook_signing_key: Buffer;
}

@Injectable()
export class Environments {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
  ) {}

  async get(id: EnvironmentId): Promise<Environment> {
    const [row] = await this.db.query<EnvironmentRow>('SELECT * FROM environments WHERE id = $1', [id]);
    if (!row) throw new Error(`environment ${id} is gone`);
    return {
      id: row.id,
      accountId: row.account_id,
      uuid: row.uuid,
      name: row.name,
      webhookUrls: [row.webhook_url, row.webhook_url_secondary].filter((url): url is string => url !== null && url !== ''),
      webhookSettings: { ...ALL_ON, ...row.webhook_settings },
      webhookSigningKey: this.cipher.openText(row.webhook_signing_key, signingKeyAad(row.uuid)),
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
