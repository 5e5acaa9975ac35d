import { z } from 'zod';
import { checkpoint, connectionId, functionName, modelCounts, providerConfigKey } from '#libs/contracts';
import { BASE_VARIANT, parseFrequency, type SyncRef } from '#libs/scheduling';

const SHORTHAND = /^([a-zA-Z0-9_-]{1,255})(?:::([a-zA-Z0-9_-]{1,255}))?$/;

/** `name` or `name::variant`. */
const shorthand = z
  .string()
  .regex(SHORTHAND, 'must be a sync name, or name::variant')
  .transform((text): SyncRef => {
    const [, name = '', variant = BASE_VARIANT] = SHORTHAND.exec(text) ?? [];
    return { name, variant };
  });

const named = { name: functionName, variant: functionName.default(BASE_VARIANT) };

export const triggerSyncs = z
  .strictObject({
    syncs: z.array(z.union([shorthand, z.object(named)])),
    provider_config_key: providerConfigKey.optional(),
    connection_id: connectionId.optional(),
    opts: z.strictObject({ reset: z.boolean().optional(), emptyCache: z.boolean().optional() }).optional(),
    sync_mode: z.enum(['incremental', 'full_refresh', 'full_refresh_and_clear_cache']).optional(),
    full_resync: z.boolean().optional(),
  })
  .refine((body) => !body.opts || (body.sync_mode === undefined && body.full_resync === undefined), {
    message: 'opts replaces sync_mode and full_resync',
    path: ['opts'],
  })
  .meta({ id: 'TriggerSyncs' });
export type TriggerSyncs = z.output<typeof triggerSyncs>;

export const commandSyncs = z
  .strictObject({
    syncs: z.array(z.union([shorthand, z.strictObject(named)])).max(256),
    provider_config_key: providerConfigKey,
    connection_id: connectionId.optional(),
  })
  .meta({ id: 'CommandSyncs' });
export type CommandSyncs = z.output<typeof commandSyncs>;

export const statusQuery = z.strictObject({
  syncs: z.union([
    z.literal('*').transform((): SyncRef[] => []),
    z
      .string()
      .transform((text) => text.split(',').map((name) => name.trim()))
      .pipe(z.array(shorthand).min(1)),
  ]),
  provider_config_key: providerConfigKey,
  connection_id: connectionId.optional(),
});
export type StatusQuery = z.output<typeof statusQuery>;

export const updateFrequency = z
  .strictObject({
    sync_name: functionName,
    sync_variant: functionName.optional(),
    provider_config_key: providerConfigKey,
    connection_id: connectionId,
    frequency: z
      .string()
      .refine((text) => parseFrequency(text).ok, 'must be a frequency of at least 30 seconds')
      .nullable(),
  })
  .meta({ id: 'UpdateSyncFrequency' });
export type UpdateFrequency = z.output<typeof updateFrequency>;

export const variantParams = z.object({ name: functionName, variant: functionName });
export type VariantParams = z.output<typeof variantParams>;

export const variantBody = z
  .strictObject({ provider_config_key: providerConfigKey, connection_id: connectionId })
  .meta({ id: 'SyncVariantOf' });
export type VariantBody = z.output<typeof variantBody>;

export const successReply = z.object({ success: z.literal(true) });
export type SuccessReply = z.output<typeof successReply>;

export const syncStatusObject = z
  .object({
    id: z.string(),
    connection_id: z.string(),
    type: z.enum(['INCREMENTAL', 'INITIAL']),
    finishedAt: z.string().optional(),
    nextScheduledSyncAt: z.string().nullable(),
    name: z.string(),
    variant: z.string(),
    status: z.enum(['RUNNING', 'SUCCESS', 'ERROR', 'PAUSED', 'STOPPED']),
    frequency: z.string().nullable(),
    latestResult: modelCounts.optional(),
    latestExecutionStatus: z.string().optional(),
    recordCount: z.record(z.string(), z.number()),
    checkpoint: checkpoint.nullable(),
  })
  .meta({ id: 'SyncStatus' });
export type SyncStatusObject = z.output<typeof syncStatusObject>;

export const statusReply = z.object({ syncs: z.array(syncStatusObject) });
export type StatusReply = z.output<typeof statusReply>;

export const frequencyReply = z.object({ frequency: z.string() });
export type FrequencyReply = z.output<typeof frequencyReply>;

export const variantReply = z.object({ id: z.string(), name: z.string(), variant: z.string() });
export type VariantReply = z.output<typeof variantReply>;
