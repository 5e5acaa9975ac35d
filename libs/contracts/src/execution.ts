import { z } from 'zod';

/** What an execution runs. Limits per kind: spec/functions.md §4.1. */
export const executionKind = z.enum(['action', 'action-async', 'sync', 'on-event']);
export type ExecutionKind = z.output<typeof executionKind>;

/** Life of an execution (design §2.3). The last four are final. */
export const executionState = z.enum(['queued', 'running', 'succeeded', 'failed', 'expired', 'cancelled']);
export type ExecutionState = z.output<typeof executionState>;

/** What a runner is asked to run: executions, and functions that answer an event or a webhook (spec/functions.md §1.4, §1.2). */
export const runKind = z.enum(['action', 'action-async', 'sync', 'on-event', 'webhook']);
export type RunKind = z.output<typeof runKind>;

/** Why a function failed, ready for the wire: `status` is the HTTP status, the rest is the `error` object. */
export const functionError = z.object({
  code: z.string(),
  status: z.number().int(),
  message: z.string().optional(),
  payload: z.unknown().optional(),
  upstream: z.unknown().optional(),
  additional_properties: z.unknown().optional(),
});
export type FunctionError = z.output<typeof functionError>;

const SCRIPTS: Readonly<Record<RunKind, string>> = {
  action: 'action',
  'action-async': 'action',
  sync: 'sync',
  'on-event': 'on-event',
  webhook: 'webhook',
};

/** Type of the function a run is about: `nango.scriptType`, and the first part of its checkpoint key. */
export const scriptTypeOf = (kind: RunKind): string => SCRIPTS[kind];

/** A run that failed before it began, or was lost (spec/functions.md §4.3). @param more fields of its payload, beside the text */
export function scriptFailure(kind: RunKind, text: string, more: object = {}): FunctionError {
  const script = scriptTypeOf(kind);
  const message = `The ${script} script failed with an error: ${text}`;
  return { code: `${script.replace('-', '_')}_script_failure`, status: 500, message, payload: { error: text, ...more } };
}

/** Records a run changed, per model key (with `::variant` where there is one). */
export const modelCounts = z.record(z.string(), z.object({ added: z.number(), updated: z.number(), deleted: z.number() }));
export type ModelCounts = z.output<typeof modelCounts>;

export const checkpoint = z.record(z.string().max(255), z.union([z.string().max(4000), z.number(), z.boolean()]));
export type Checkpoint = z.output<typeof checkpoint>;

/** What a dry run would have done (spec/api.md §3.14). Lists are cut; the counts say how much there was. */
export const dryRunReport = z.object({
  logs: z.array(z.object({ level: z.string(), message: z.string(), meta: z.unknown().optional() })),
  http: z.array(
    z.object({ method: z.string(), url: z.string(), status: z.number().int().optional(), durationMs: z.number().optional() }),
  ),
  records: z.record(
    z.string(),
    z.object({ saved: z.array(z.unknown()), updated: z.array(z.unknown()), deleted: z.array(z.unknown()) }),
  ),
  metadata: z.array(z.unknown()),
  checkpoint: checkpoint.nullable(),
  /** Log entries, calls and records that were left out. */
  omitted: z.number().int(),
});
export type DryRunReport = z.output<typeof dryRunReport>;

const runFacts = {
  /** Time between the start of the module body and its end. */
  durationMs: z.number(),
  /** Whether its time was up when it ended, by the clock that stops its calls: what it waited for before it began counts. */
  isTimeUp: z.boolean().optional(),
  proxyCalls: z.number().int(),
  results: modelCounts.optional(),
  checkpoints: z.object({ from: checkpoint.nullable(), to: checkpoint.nullable() }).optional(),
  dryRun: dryRunReport.optional(),
};

/** How an execution ended. */
export const outcome = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('succeeded'),
    output: z.unknown(),
    /** A sync that ended itself at a checkpoint, its time nearly up: it is due again at once (spec/functions.md §4.1). */
    interrupted: z.literal(true).optional(),
    ...runFacts,
  }),
  z.object({ status: z.literal('failed'), error: functionError, ...runFacts }),
]);
export type Outcome = z.output<typeof outcome>;

/**
 * Claims of an execution token: everything persist and the server's internal API need to know of a run, so that neither
 * looks anything up (design §3). Signed by jobs with Ed25519; runner, persist and server hold the public key only.
 */
export const executionClaims = z.object({
  /** Execution id. */
  sub: z.uuid(),
  /** Expiry, seconds since the epoch. */
  exp: z.number().int(),
  kind: runKind,
  accountId: z.number().int(),
  environmentId: z.number().int(),
  environmentName: z.string(),
  /** Row id of the connection. */
  connectionRowId: z.number().int(),
  connectionId: z.string(),
  providerConfigKey: z.string(),
  functionName: z.string(),
  operationId: z.string(),
  /** Models the function may write, without variant. */
  models: z.array(z.string()),
  variant: z.string(),
  syncId: z.uuid().optional(),
  /** Generation of the run: grows with every run of the sync. */
  syncRunId: z.number().int().optional(),
});
export type ExecutionClaims = z.output<typeof executionClaims>;
