import { z } from 'zod';
import { connectionId, endUser, providerConfigKey, queryBoolean, tags, webhookUrl } from '#libs/contracts';
import { importedCredentials } from '#libs/credentials';

const text = z.string().min(1).max(255);
const jsonObject = z.record(z.string(), z.unknown());

export const connectionParams = z.object({ connectionId });
export type ConnectionParams = z.output<typeof connectionParams>;

/** Keeps the offset, page × limit, within what the database counts to. */
const LAST_PAGE = 2 ** 31 - 1;

const queryInteger = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Keys are lower-cased as those of stored tags are. */
const tagFilter = z
  .record(z.string(), z.string())
  .transform((filter) => Object.fromEntries(Object.entries(filter).map(([key, value]) => [key.toLowerCase(), value])));

const integrationIds = z
  .string()
  .transform((list) => list.split(','))
  .pipe(z.array(providerConfigKey));

export const listConnectionsQuery = z.strictObject({
  connectionId: text.optional(),
  search: text.optional(),
  endUserId: text.optional(),
  endUserOrganizationId: text.optional(),
  integrationId: integrationIds.optional(),
  tags: tagFilter.optional(),
  limit: queryInteger(1, 2000).optional(),
  page: queryInteger(0, LAST_PAGE).optional(),
});
export type ListConnectionsQuery = z.output<typeof listConnectionsQuery>;

export const connectionQuery = z.strictObject({ provider_config_key: providerConfigKey });
export type ConnectionQuery = z.output<typeof connectionQuery>;

export const readConnectionQuery = z.strictObject({
  provider_config_key: providerConfigKey,
  refresh_token: queryBoolean.optional(),
  force_refresh: queryBoolean.optional(),
  refresh_github_app_jwt_token: queryBoolean.optional(),
});
export type ReadConnectionQuery = z.output<typeof readConnectionQuery>;

export const importConnection = z
  .strictObject({
    provider_config_key: providerConfigKey,
    connection_id: connectionId.optional(),
    metadata: jsonObject.optional(),
    connection_config: z.looseObject({ oauth_scopes_override: z.array(z.string()).optional() }).optional(),
    webhook_url_override: webhookUrl.optional(),
    credentials: importedCredentials,
    end_user: endUser.optional(),
    tags: tags.optional(),
  })
  .meta({ id: 'ImportConnection' });
export type ImportConnection = z.output<typeof importConnection>;

export const patchConnection = z
  .strictObject({ end_user: endUser.optional(), tags: tags.optional(), webhook_url_override: webhookUrl.optional() })
  .meta({ id: 'PatchConnection' });
export type PatchConnection = z.output<typeof patchConnection>;

export const writeMetadata = z
  .strictObject({
    connection_id: z.union([connectionId, z.array(connectionId).min(1)]),
    provider_config_key: providerConfigKey,
    metadata: jsonObject,
  })
  .meta({ id: 'WriteMetadata' });
export type WriteMetadata = z.output<typeof writeMetadata>;

const facts = {
  connection_id: z.string(),
  provider_config_key: z.string(),
  provider: z.string(),
  errors: z.array(z.object({ type: z.enum(['auth', 'sync']), log_id: z.string() })),
  end_user: z
    .object({
      id: z.string(),
      display_name: z.string().nullable(),
      email: z.string().nullable(),
      tags: z.record(z.string(), z.string()).nullable(),
      organization: z.object({ id: z.string(), display_name: z.string().nullable() }).nullable(),
    })
    .nullable(),
  tags: z.record(z.string(), z.string()),
  metadata: jsonObject.nullable(),
};

/** Only for the document: the presenters make them. */
export const connectionObject = z
  .object({
    id: z.number(),
    ...facts,
    connection_config: jsonObject,
    webhook_url_override: z.string().nullable(),
    created_at: z.string(),
    updated_at: z.string(),
    last_fetched_at: z.string().nullable(),
    credentials: jsonObject,
  })
  .meta({ id: 'Connection' });

export const connectionsReply = z.object({
  connections: z.array(z.object({ id: z.number(), ...facts, created: z.string() }).meta({ id: 'ConnectionListItem' })),
});
