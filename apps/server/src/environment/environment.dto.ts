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
