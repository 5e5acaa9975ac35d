import { z } from 'zod';
import { functionName, providerConfigKey } from '#libs/contracts';
import { problemsOf, repeatedNames } from './domain/bundle-rules.js';
import { eventName, fileBody, frequency } from './code.dto.js';

const key = z.union([z.strictObject({ body: z.string().min(1) }), z.strictObject({ header: z.string().min(1) })]);

const debounce = z.strictObject({
  windowMs: z.number().int().positive(),
  keyBy: z.union([key, z.array(key)]).optional(),
  maxEntities: z.number().int().positive().optional(),
  take: z.enum(['latest', 'first', 'all']).optional(),
});

const trigger = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('schedule'), frequency, autoStart: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('http'), subscriptions: z.array(z.string()).optional(), debounce: debounce.optional() }),
  z.strictObject({ kind: z.literal('event'), events: z.array(eventName).min(1) }),
]);

const requires = z.union([
  z.strictObject({ connection: z.literal(true).optional(), outbound: z.boolean().optional(), invoke: z.boolean().optional() }),
  z.strictObject({ connection: z.literal(false), outbound: z.literal(false).optional(), invoke: z.boolean().optional() }),
]);

const reference = z.string().regex(/^#\/definitions\/.+$/, 'must be of the form #/definitions/<name>');

/** A function of the new style (`createFunction`), as the CLI compiles it (spec/api.md §3.13). */
const artifact = z
  .strictObject({
    name: functionName,
    integrationId: providerConfigKey,
    description: z.string().max(2000),
    trigger,
    requires,
    capabilities: z.strictObject({
      usesRecords: z.boolean(),
      usesOutbound: z.boolean(),
      usesCheckpoints: z.boolean(),
      usesMetadata: z.boolean(),
      usesInvoke: z.boolean(),
    }),
    limits: z.strictObject({
      concurrency: z.strictObject({ perConnection: z.union([z.literal(1), z.literal('max')]) }).optional(),
    }),
    input_schema_ref: reference.nullable(),
    output_schema_ref: reference.nullable(),
    metadata_schema_ref: reference.nullable(),
    checkpoint_schema_ref: reference.nullable(),
    model_schema_refs: z.array(reference),
    json_schema: z.record(z.string(), z.unknown()),
    fileBody: fileBody.refine(({ js, ts }) => js !== '' && ts !== '', 'code must not be empty'),
  })
  .superRefine((value, context) => {
    for (const { path, message } of problemsOf(value)) context.addIssue({ code: 'custom', path: [...path], message });
  });
export type Artifact = z.output<typeof artifact>;

const reconciliationScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('environment') }),
  z.strictObject({ kind: z.literal('integration'), integrationId: providerConfigKey }),
]);

export const deployBundle = z
  .strictObject({ reconciliationScope, functions: z.array(artifact) })
  .superRefine(({ reconciliationScope: scope, functions }, context) => {
    for (const [at, one] of functions.entries()) {
      if (scope.kind === 'environment' || one.integrationId === scope.integrationId) continue;
      const message = `belongs to ${one.integrationId}, the bundle is about ${scope.integrationId}`;
      context.addIssue({ code: 'custom', path: ['functions', at, 'integrationId'], message });
    }
    for (const at of repeatedNames(functions)) {
      context.addIssue({
        code: 'custom',
        path: ['functions', at, 'name'],
        message: 'another function of the integration has this name',
      });
    }
  })
  .meta({ id: 'DeployBundle' });
export type DeployBundle = z.output<typeof deployBundle>;

const named = z.array(z.object({ integrationId: z.string(), name: z.string() }));

/** What a bundle changed, or would change. */
export const bundleReply = z
  .object({ created: named, updated: named, unchanged: named, deleted: named })
  .meta({ id: 'BundleReply' });
export type BundleReply = z.output<typeof bundleReply>;
