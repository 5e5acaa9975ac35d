import { z } from 'zod';
import { connectionHeaders, functionName, queryBoolean } from '#libs/contracts';

/** Headers of `POST /action/trigger` (spec/api.md §3.8). */
export const triggerHeaders = connectionHeaders.extend({
  'x-async': queryBoolean.default(false),
  'x-max-retries': z.coerce.number().int().min(0).max(5).default(0),
  'idempotency-key': z.string().min(1).max(255).optional(),
});
export type TriggerHeaders = z.output<typeof triggerHeaders>;

export const triggerAction = z.looseObject({ action_name: functionName, input: z.unknown().optional() });
export type TriggerAction = z.output<typeof triggerAction>;

export const actionParams = z.object({ id: z.uuid() });
export type ActionParams = z.output<typeof actionParams>;

export const cancelledAction = z.object({ id: z.uuid(), status: z.literal('cancelled') });
export const acceptedAction = z.object({ id: z.uuid(), statusUrl: z.string() });
