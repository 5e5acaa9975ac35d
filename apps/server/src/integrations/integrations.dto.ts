import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { providerConfigKey, providerName } from '#libs/contracts';
import { pemOf } from '#libs/signing';

const text = (max: number) => z.string().min(1).max(max);

const isRsaKey = (key: string): boolean => {
  if (!key.startsWith('-----BEGIN RSA PRIVATE KEY----') || !key.trimEnd().endsWith('-----END RSA PRIVATE KEY-----')) return false;
  try {
    return createPrivateKey(pemOf(key)).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
};

/** Read now, so that a key that was cut in copying is found here and not when somebody connects. */
const pem = z.string().refine(isRsaKey, 'must be an RSA private key in PEM, from its BEGIN line to its END line');

const client = <Type extends string>(type: Type) =>
  z.strictObject({
    type: z.literal(type),
    client_id: text(255),
    client_secret: z.string().min(1),
    scopes: z
      .string()
      .regex(/^[a-zA-Z0-9:/_.*-]*(,[a-zA-Z0-9:/_.*-]+)*$/, 'must be scopes separated by commas, without spaces')
      .optional(),
    webhook_secret: z.string().max(255).optional(),
  });

/** Clients of MCP servers are public unless they have a secret. */
const mcpClient = <Type extends string>(type: Type) =>
  client(type)
    .omit({ webhook_secret: true })
    .extend({ client_secret: z.string().min(1).optional() });

const app = { app_id: text(255), app_link: z.string().min(1), private_key: pem };

const integrationCredentials = z.discriminatedUnion('type', [
  client('OAUTH1'),
  client('OAUTH2'),
  client('TBA'),
  mcpClient('MCP_OAUTH2'),
  mcpClient('MCP_OAUTH2_GENERIC'),
  z.strictObject({ type: z.literal('APP'), ...app }),
  z.strictObject({ type: z.literal('CUSTOM'), client_id: text(255), client_secret: z.string().min(1), ...app }),
]);

const shared = {
  display_name: text(255).optional(),
  forward_webhooks: z.boolean().optional(),
  credentials: integrationCredentials.optional(),
  integration_config: z.record(z.string(), z.string().max(8192)).optional(),
  custom: z.record(z.string(), z.string()).optional(),
};

export const integrationParams = z.object({ uniqueKey: providerConfigKey });
export type IntegrationParams = z.output<typeof integrationParams>;

const included = z.enum(['webhook', 'credentials']);
export const integrationQuery = z.strictObject({ include: z.union([included, z.array(included)]).optional() });
export type IntegrationQuery = z.output<typeof integrationQuery>;

export const createIntegration = z
  .strictObject({ provider: providerName, unique_key: providerConfigKey, ...shared })
  .meta({ id: 'CreateIntegration' });
export type CreateIntegration = z.output<typeof createIntegration>;

export const quickstartIntegration = createIntegration
  .pick({ provider: true, unique_key: true, display_name: true, forward_webhooks: true })
  .meta({ id: 'QuickstartIntegration' });
export type QuickstartIntegration = z.output<typeof quickstartIntegration>;

export const updateIntegration = z
  .strictObject({ unique_key: providerConfigKey.optional(), ...shared })
  .meta({ id: 'UpdateIntegration' });
export type UpdateIntegration = z.output<typeof updateIntegration>;

const nullableText = z.string().nullable();

/** Only for the document: the presenter makes it. */
export const integrationObject = z
  .object({
    unique_key: z.string(),
    provider: z.string(),
    display_name: z.string(),
    logo: z.string(),
    credentials_label: z.object({ apiKey: z.string() }).optional(),
    preconfigured_credentials: z.array(z.string()).optional(),
    webhook_url: nullableText.optional(),
    credentials: z.record(z.string(), nullableText).nullable().optional(),
    forward_webhooks: z.boolean(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'Integration' });

export const integrationReply = z.object({ data: integrationObject });
export const integrationsReply = z.object({ data: z.array(integrationObject) });
export const successReply = z.object({ success: z.boolean() });

export const legacyConfigQuery = z.object({ include_creds: z.string().optional() });
export type LegacyConfigQuery = z.output<typeof legacyConfigQuery>;
