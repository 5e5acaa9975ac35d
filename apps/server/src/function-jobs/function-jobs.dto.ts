import { z } from 'zod';
import { checkpoint, functionName, providerConfigKey } from '#libs/contracts';

const functionType = z.enum(['action', 'sync']);
const code = z.string().min(1);

export const compileFunction = z.strictObject({ code }).meta({ id: 'CompileFunction' });
export type CompileFunction = z.output<typeof compileFunction>;

export const compiledFunction = z
  .object({ bundle_size_bytes: z.number().int(), bundled_js: z.string(), compiled_at: z.string() })
  .meta({ id: 'CompiledFunction' });
export type CompiledFunction = z.output<typeof compiledFunction>;

export const startDryRun = z
  .strictObject({
    integration_id: providerConfigKey,
    function_type: functionType,
    code,
    connection_id: z.string().min(1).max(255),
    input: z.unknown().optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
    checkpoint: checkpoint.optional(),
    last_sync_date: z.iso.datetime().optional(),
  })
  .meta({ id: 'StartDryRun' });
export type StartDryRun = z.output<typeof startDryRun>;

const sourceDeployment = z.strictObject({
  type: z.literal('function'),
  integration_id: providerConfigKey,
  function_name: functionName,
  function_type: functionType,
  code,
  version: z.string().max(255).optional(),
  allow_destructive: z.boolean().default(false),
});
export type SourceDeployment = z.output<typeof sourceDeployment>;

export const startDeployment = z
  .discriminatedUnion('type', [
    sourceDeployment,
    z.strictObject({
      type: z.literal('template'),
      integration_id: providerConfigKey,
      template: z.string().min(1).max(255),
      function_type: functionType.optional(),
    }),
  ])
  .meta({ id: 'StartDeployment' });
export type StartDeployment = z.output<typeof startDeployment>;

export const jobParams = z.object({ id: z.uuid() });
export type JobParams = z.output<typeof jobParams>;

const status = z.enum(['waiting', 'running', 'success', 'failed']);

export const acceptedJob = z.object({ id: z.uuid(), status, created_at: z.string() }).meta({ id: 'AcceptedFunctionJob' });
export type AcceptedJob = z.output<typeof acceptedJob>;

const job = {
  id: z.uuid(),
  status,
  integration_id: z.string(),
  function_type: functionType,
  created_at: z.string(),
  updated_at: z.string(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  duration_ms: z.number().int().optional(),
  output: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string(), payload: z.unknown().optional() }).optional(),
};

export const dryRunReply = z.object({ ...job, result: z.unknown().optional() }).meta({ id: 'DryRun' });
export type DryRunReply = z.output<typeof dryRunReply>;

export const deploymentReply = z
  .object({
    ...job,
    function_name: z.string(),
    deployed: z.boolean().optional(),
    deployed_functions: z.array(z.object({ name: z.string(), version: z.string() })).optional(),
  })
  .meta({ id: 'Deployment' });
export type DeploymentReply = z.output<typeof deploymentReply>;

export const invokeFunction = z
  .strictObject({
    connection_id: z.string().min(1).max(255),
    integration_id: providerConfigKey,
    name: functionName,
    input: z.unknown().optional(),
    invocation_type: z.enum(['wait', 'no_wait']),
    options: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'InvokeFunction' });
export type InvokeFunction = z.output<typeof invokeFunction>;
