import { z } from 'zod';

/** Keys that are not known are ignored; a format that is not known is refused, rather than answered in another one. */
export const scriptsQuery = z.object({ format: z.enum(['nango', 'openai']).default('nango') });
export type ScriptsQuery = z.output<typeof scriptsQuery>;

const script = {
  id: z.number().int(),
  name: z.string(),
  returns: z.array(z.string()),
  description: z.string(),
  attributes: z.record(z.string(), z.unknown()),
  scopes: z.array(z.string()),
  version: z.string(),
  source: z.string(),
  endpoints: z.array(z.object({ method: z.string(), path: z.string(), group: z.string().nullable() })),
  input: z.string().optional(),
  enabled: z.boolean(),
  last_deployed: z.string(),
  webhookSubscriptions: z.array(z.string()),
  json_schema: z.record(z.string(), z.unknown()).nullable(),
  sdk_version: z.string().nullable(),
  models: z.array(z.object({ name: z.string(), fields: z.array(z.never()) })),
  features: z.array(z.string()),
};

export const scriptsConfig = z.array(
  z
    .object({
      providerConfigKey: z.string(),
      provider: z.string(),
      syncs: z.array(
        z.object({
          ...script,
          type: z.literal('sync'),
          sync_type: z.enum(['full', 'incremental']),
          auto_start: z.boolean(),
          track_deletes: z.boolean(),
          runs: z.string().nullable(),
        }),
      ),
      actions: z.array(z.object({ ...script, type: z.literal('action') })),
      'on-events': z.array(z.object({ ...script, type: z.literal('on-event'), event: z.string() })),
    })
    .meta({ id: 'ScriptsConfig' }),
);
export type ScriptsConfig = z.output<typeof scriptsConfig>;

/** Actions as models that call tools want them described. */
export const openAiTools = z.object({
  data: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      parameters: z.object({
        type: z.literal('object'),
        properties: z.record(z.string(), z.unknown()),
        required: z.array(z.string()),
      }),
    }),
  ),
});
export type OpenAiTools = z.output<typeof openAiTools>;

export const scriptsReply = z.union([scriptsConfig, openAiTools]);
