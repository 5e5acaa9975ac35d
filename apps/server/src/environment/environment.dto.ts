import { z } from 'zod';
import { webhookUrl } from '#libs/contracts';

const setting = z.boolean().optional();

export const updateWebhook = z
  .strictObject({
    primary_url: webhookUrl.optional(),
    secondary_url: webhookUrl.optional(),
    on_auth_creation: setting,
    on_auth_refresh_error: setting,
    on_sync_completion_always: setting,
    on_sync_error: setting,
    on_async_action_completion: setting,
  })
  .meta({ id: 'UpdateWebhook' });
export type UpdateWebhook = z.output<typeof updateWebhook>;

const colour = z.strictObject({ primary: z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour such as #00B2E3') });

const connectUi = z.strictObject({
  theme: z.strictObject({ light: colour.optional(), dark: colour.optional() }).optional(),
  defaultTheme: z.enum(['light', 'dark', 'system']).optional(),
  showWatermark: z.boolean().optional(),
});

export const updateConnect = z
  .strictObject({
    callback_url: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).optional(),
    hmac_enabled: z.boolean().optional(),
    hmac_key: z.string().max(1000).optional(),
    connect_ui_settings: connectUi.optional(),
  })
  .meta({ id: 'UpdateConnect' });
export type UpdateConnect = z.output<typeof updateConnect>;

/** Only for the document. */
export const connectSettingsReply = z.object({
  data: z.object({
    public_key: z.string(),
    callback_url: z.string().nullable(),
    hmac_enabled: z.boolean(),
    connect_ui_settings: z.object({
      theme: z.object({ light: colour, dark: colour }),
      defaultTheme: z.string(),
      showWatermark: z.boolean(),
    }),
  }),
});

const schemaChecks = z.enum(['off', 'input', 'output', 'both']);

export const updateFunctions = z.strictObject({ function_schema_checks: schemaChecks }).meta({ id: 'UpdateFunctions' });
export type UpdateFunctions = z.output<typeof updateFunctions>;

/** Only for the document. */
export const functionSettingsReply = z.object({ data: z.object({ function_schema_checks: schemaChecks }) });

/** Nobody waits longer than a day for a first run. */
const MAX_SPREAD_SECONDS = 86_400;
const spreadSeconds = z.number().int().min(0).max(MAX_SPREAD_SECONDS);

export const updateSyncs = z.strictObject({ spread_seconds: spreadSeconds }).meta({ id: 'UpdateSyncs' });
export type UpdateSyncs = z.output<typeof updateSyncs>;

/** Only for the document. */
export const syncSettingsReply = z.object({ data: z.object({ spread_seconds: spreadSeconds }) });

const MAX_VARIABLES = 100;

const variable = z.strictObject({ name: z.string().min(1).max(256), value: z.string().min(1).max(4000) });

export const setVariables = z
  .strictObject({
    variables: z
      .array(variable)
      .max(MAX_VARIABLES)
      .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'two variables have the same name'),
  })
  .meta({ id: 'SetVariables' });
export type SetVariables = z.output<typeof setVariables>;

export const variablesReply = z.array(z.object({ name: z.string(), value: z.string() }));
export const signingKeyReply = z.object({ data: z.object({ webhook_signing_key: z.string() }) });
export const environmentsReply = z.object({ data: z.array(z.object({ name: z.string(), is_production: z.boolean() })) });
