import { z } from 'zod';
import { functionName, providerConfigKey } from '#libs/contracts';
import { eventName, fileBody, frequency } from './code.dto.js';

const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const;
const method = z.enum(METHODS);

/** `{ method, path, group }`, or the older `{ GET: path }`. */
const endpoint = z.union([
  z.strictObject({ method, path: z.string().min(1), group: z.string().min(1).max(64).optional() }),
  z
    .partialRecord(method, z.string().min(1))
    .refine((value) => Object.keys(value).length === 1, 'must name one method')
    .transform((value) => {
      const [[verb, path]] = Object.entries(value) as [[z.output<typeof method>, string]];
      return { method: verb, path };
    }),
]);

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';
const definitions = z.record(z.string(), z.unknown());

const flow = z
  .strictObject({
    type: z.enum(['action', 'sync']),
    syncName: functionName,
    providerConfigKey,
    models: z.array(z.string().min(1).max(255)),
    runs: z.union([z.literal(''), frequency]).nullable(),
    fileBody,
    auto_start: z.boolean().optional(),
    track_deletes: z.boolean().default(false),
    attributes: z.record(z.string(), z.unknown()).optional(),
    metadata: z.strictObject({ scopes: z.array(z.string()).optional(), description: z.string().max(2000).optional() }).optional(),
    model_schema: z.unknown().optional(),
    input: z.unknown().optional(),
    endpoints: z.array(endpoint).optional(),
    version: z.string().max(255).optional(),
    sync_type: z.enum(['incremental', 'full']).optional(),
    webhookSubscriptions: z.array(z.string().max(255)).optional(),
    models_json_schema: z.looseObject({ definitions }).optional(),
    features: z.array(z.enum(['checkpoints'])).default([]),
  })
  .refine((value) => !(value.sync_type === 'incremental' && value.track_deletes), {
    message: 'an incremental sync cannot track deletes',
    path: ['track_deletes'],
  })
  .superRefine((value, context) => {
    const known = value.models_json_schema?.definitions;
    if (!known) return;
    const named = [...value.models, ...(typeof value.input === 'string' ? [value.input] : [])];
    for (const model of named.filter((name) => !Object.hasOwn(known, name))) {
      context.addIssue({ code: 'custom', message: `the JSON schema does not define ${model}`, path: ['models_json_schema'] });
    }
  });

const script = { name: z.string().min(1).max(255), fileBody };

const fields = {
  flowConfigs: z.array(flow),
  onEventScriptsByProvider: z
    .array(z.strictObject({ providerConfigKey, scripts: z.array(z.strictObject({ ...script, event: eventName })) }))
    .optional(),
  postConnectionScriptsByProvider: z
    .array(z.strictObject({ providerConfigKey, scripts: z.array(z.strictObject(script)) }))
    .optional(),
  jsonSchema: z.strictObject({ $schema: z.literal(DRAFT_07), $comment: z.string(), definitions }).optional(),
  reconcile: z.boolean(),
  debug: z.boolean(),
  deployMode: z.enum(['all', 'single', 'integration']).optional(),
  singleDeployMode: z.boolean().optional(),
  sdkVersion: z
    .string()
    .regex(/\d+\.\d+\.\d+-(zero|yaml)/, 'must hold a version such as 0.71.10-zero')
    .optional(),
  source: z.enum(['standalone', 'repo']).optional(),
};

export const confirmDeploy = z.strictObject(fields).meta({ id: 'ConfirmDeploy' });
export type ConfirmDeploy = z.output<typeof confirmDeploy>;

export const runDeploy = z.strictObject({ ...fields, nangoYamlBody: z.string() }).meta({ id: 'Deploy' });
export type RunDeploy = z.output<typeof runDeploy>;

const named = { name: z.string(), providerConfigKey: z.string() };
const syncs = z.array(z.object({ ...named, connections: z.number().int(), auto_start: z.boolean() }));
const actions = z.array(z.object(named));
const scripts = z.array(z.object({ ...named, event: z.string() }));

/** What a deploy would change; the CLI reads the length of every list. */
export const deployConfirmation = z
  .object({
    newSyncs: syncs,
    updatedSyncs: syncs,
    deletedSyncs: syncs,
    newActions: actions,
    updatedActions: actions,
    deletedActions: actions,
    newOnEventScripts: scripts,
    updatedOnEventScripts: scripts,
    deletedOnEventScripts: scripts,
    deletedModels: z.array(z.string()),
  })
  .meta({ id: 'DeployConfirmation' });
export type DeployConfirmation = z.output<typeof deployConfirmation>;

export const deployReply = z.array(
  z
    .object({
      ...named,
      models: z.array(z.string()),
      version: z.string(),
      type: z.enum(['sync', 'action', 'on-event']),
    })
    .meta({ id: 'DeployedFunction' }),
);
export type DeployReply = z.output<typeof deployReply>;

const COMMANDS = 'init create compile dev dryrun generate:docs generate:tests clone migrate_to_zero_yaml deploy pull'.split(' ');

export const cliTelemetry = z
  .strictObject({
    deviceId: z.uuid(),
    event: z.enum(COMMANDS.map((command) => `cli:${command}`) as [string, ...string[]]),
    ephemeral: z.boolean().optional(),
  })
  .meta({ id: 'CliTelemetry' });
