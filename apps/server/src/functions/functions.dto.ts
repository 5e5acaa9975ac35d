import { z } from 'zod';
import { functionName, providerConfigKey } from '#libs/contracts';

const type = z.enum(['sync', 'action', 'on-event', 'function']);

export const functionsParams = z.object({ uniqueKey: providerConfigKey });
export type FunctionsParams = z.output<typeof functionsParams>;

export const functionParams = z.object({ uniqueKey: providerConfigKey, name: functionName });
export type FunctionParams = z.output<typeof functionParams>;

const paging = {
  page: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(100).default(20),
};

export const listFunctions = z.strictObject({
  type: type.optional(),
  search: z.string().trim().min(1).max(255).optional(),
  ...paging,
});
export type ListFunctions = z.output<typeof listFunctions>;

export const functionQuery = z.strictObject({ type: type.optional() });
export type FunctionQuery = z.output<typeof functionQuery>;

export const deleteFunctionQuery = z.strictObject({ type: z.enum(['sync', 'action']) });
export type DeleteFunctionQuery = z.output<typeof deleteFunctionQuery>;

export const switchFunction = z.strictObject({ enabled: z.boolean() }).meta({ id: 'SwitchFunction' });
export type SwitchFunction = z.output<typeof switchFunction>;

export const listVersions = z.strictObject({ type: type.optional(), ...paging });
export type ListVersions = z.output<typeof listVersions>;

/** What to go back to: the newest of a version, or one entry of the history by its id. */
export const rollBack = z
  .union([z.strictObject({ version: z.string().min(1).max(255) }), z.strictObject({ id: z.number().int().positive() })])
  .meta({ id: 'RollBack' });
export type RollBack = z.output<typeof rollBack>;

const code = {
  input: z.string().optional(),
  returns: z.array(z.string()),
  json_schema: z.record(z.string(), z.unknown()).nullable(),
};
const facts = {
  name: z.string(),
  description: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  id: z.number().int(),
  enabled: z.boolean(),
  last_deployed: z.string(),
  source: z.enum(['catalog', 'standalone', 'repo']),
};

/** A function of an integration (spec/api.md §3.3). */
export const functionObject = z
  .discriminatedUnion('type', [
    z.object({
      ...facts,
      type: z.literal('sync'),
      ...code,
      runs: z.string().nullable(),
      auto_start: z.boolean(),
      track_deletes: z.boolean(),
    }),
    z.object({ ...facts, type: z.literal('action'), ...code }),
    z.object({ ...facts, type: z.literal('on-event'), event: z.string() }),
    z.object({ ...facts, type: z.literal('function'), ...code, trigger: z.unknown() }),
  ])
  .meta({ id: 'Function' });
export type FunctionObject = z.output<typeof functionObject>;

export const functionReply = z.object({ data: functionObject });
export type FunctionReply = z.output<typeof functionReply>;

const pagination = z.object({ total: z.number().int(), page: z.number().int(), limit: z.number().int() });

export const functionsReply = z.object({ data: z.array(functionObject), pagination });
export type FunctionsReply = z.output<typeof functionsReply>;

export const functionCodeReply = z.object({ type, code: z.string() }).meta({ id: 'FunctionCode' });
export type FunctionCodeReply = z.output<typeof functionCodeReply>;

export const deletedReply = z.object({ data: z.object({ success: z.literal(true) }) });
export type DeletedReply = z.output<typeof deletedReply>;

/** One deploy of a function. */
const functionVersion = z
  .object({
    id: z.number().int(),
    version: z.string(),
    current: z.boolean(),
    deployed_at: z.string(),
    source: z.enum(['catalog', 'standalone', 'repo']),
    sdk_version: z.string().nullable(),
    restored_from: z.string().nullable().meta({ description: 'Of a roll back: the version whose code came back' }),
  })
  .meta({ id: 'FunctionVersion' });
export type FunctionVersionObject = z.output<typeof functionVersion>;

export const versionsReply = z.object({ data: z.array(functionVersion), pagination });
export type VersionsReply = z.output<typeof versionsReply>;

/** The version that runs after a roll back. */
export const rollBackReply = z
  .object({ data: z.object({ name: z.string(), type, version: z.string(), restored_from: z.string() }) })
  .meta({ id: 'RollBackReply' });
export type RollBackReply = z.output<typeof rollBackReply>;
