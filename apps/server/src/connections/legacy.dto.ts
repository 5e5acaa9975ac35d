import { z } from 'zod';
import { connectionId, providerConfigKey, webhookUrl } from '#libs/contracts';
import { AppError } from '#libs/kernel';

export const legacyMetadata = z.record(z.string(), z.unknown());
export type LegacyMetadata = z.output<typeof legacyMetadata>;

export const legacyMetadataQuery = z.object({ provider_config_key: providerConfigKey.optional() });
export type LegacyMetadataQuery = z.output<typeof legacyMetadataQuery>;

/** @throws AppError `missing_provider_config_key` when neither query nor header names the integration */
export function keyFrom(query: LegacyMetadataQuery, header: string | undefined): string {
  const key = query.provider_config_key ?? header;
  if (!key) throw new AppError('missing_provider_config_key', 'name the integration in provider_config_key');
  return key;
}

const text = z.string().optional();

/** Body of the first import route: everything flat, unknown keys welcome (spec/api.md §3.4). */
export const legacyImport = z
  .looseObject({
    provider_config_key: providerConfigKey.optional(),
    connection_id: connectionId.optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
    connection_config: z.record(z.string(), z.unknown()).optional(),
    webhook_url_override: webhookUrl.optional(),
    access_token: text,
    refresh_token: text,
    expires_at: z.union([z.string(), z.number()]).optional(),
    expires_in: z.coerce.number().optional(),
    no_expiration: z.boolean().optional(),
    oauth_client_id_override: text,
    oauth_client_secret_override: text,
    username: text,
    password: text,
    api_key: text,
    oauth_token: text,
    oauth_token_secret: text,
    token_id: text,
    token_secret: text,
    app_id: text,
    installation_id: text,
  })
  .meta({ id: 'LegacyImport' });
export type LegacyImport = z.output<typeof legacyImport>;
