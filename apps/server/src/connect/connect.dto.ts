import { z } from 'zod';
import { connectionId, endUser, providerConfigKey, tags, webhookUrl } from '#libs/contracts';

const organization = z.strictObject({ id: z.string().max(255), display_name: z.string().max(255).optional() });

const defaults = z.strictObject({
  user_scopes: z.string().optional(),
  authorization_params: z.record(z.string(), z.string()).optional(),
  connection_config: z
    .looseObject({ oauth_scopes_override: z.string().optional(), webhook_url: webhookUrl.optional() })
    .optional(),
});

const shared = {
  end_user: endUser.optional(),
  organization: organization.optional(),
  integrations_config_defaults: z.record(providerConfigKey, defaults).optional(),
  overrides: z.record(providerConfigKey, z.strictObject({ docs_connect: z.string().optional() })).optional(),
  webhook_url_override: webhookUrl.optional(),
  tags: tags.optional(),
};

const isForSomebody = ({ end_user, tags: given }: { end_user?: unknown; tags?: unknown }) =>
  end_user !== undefined || given !== undefined;
const FOR_WHOM = { message: 'say whom the session is for: end_user, or tags', path: ['end_user'] };

export const createSession = z
  .strictObject({ ...shared, allowed_integrations: z.array(providerConfigKey).optional() })
  .refine(isForSomebody, FOR_WHOM)
  .meta({ id: 'CreateConnectSession' });
export type CreateSession = z.output<typeof createSession>;

export const createReconnect = z
  .strictObject({ ...shared, connection_id: connectionId, integration_id: providerConfigKey })
  .meta({ id: 'CreateReconnectSession' });
export type CreateReconnect = z.output<typeof createReconnect>;

/** Only for the document. */
export const sessionReply = z.object({ data: z.object({ token: z.string(), connect_link: z.string(), expires_at: z.string() }) });

const EVENTS = [
  'open',
  'view:list',
  'view:integration',
  'view:unknown_error',
  'view:credentials_error',
  'view:success',
  'click:integration',
  'click:doc',
  'click:doc_section',
  'click:connect',
  'click:close',
  'click:finish',
  'click:outside',
  'popup:blocked_by_browser',
  'popup:closed_early',
] as const;

const CLOCKS_DIFFER_MS = 2 * 3_600_000;

export const telemetry = z.strictObject({
  token: z.string(),
  event: z.enum(EVENTS),
  timestamp: z.coerce
    .date()
    .refine((at) => Math.abs(at.getTime() - Date.now()) <= CLOCKS_DIFFER_MS, 'must be within two hours of now'),
  dimensions: z.strictObject({ integration: providerConfigKey.optional() }).optional(),
});
