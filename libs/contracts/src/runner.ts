import { z } from 'zod';
import { checkpoint, runKind } from './execution.js';
import { urlPolicy } from './outbound.js';

/**
 * A connection as a run needs it: the public connection object with credentials, and all that building a request takes.
 * The isolate sees none of it unless the function asks (`getConnection`, `getToken`).
 */
export const connectionLease = z.object({
  /** `GET /connections/{id}` body, credentials included. */
  connection: z.record(z.string(), z.unknown()),
  /** Resolved catalogue entry of the provider. */
  provider: z.record(z.string(), z.unknown()),
  /** Integration facts that templates name: `clientId`, `clientSecret`, `custom`. */
  integration: z.object({
    uniqueKey: z.string(),
    provider: z.string(),
    clientId: z.string().nullable(),
    clientSecret: z.string().nullable(),
    custom: z.record(z.string(), z.string()),
  }),
  /** Which of the connection's credentials these are; another number means other credentials. */
  credentialsVersion: z.number().int().optional(),
  /** Whether new ones can be got where the provider refuses these. */
  renewable: z.boolean().optional(),
  /** What its environment may call, laid over the policy of whoever makes the call; absent where the environment has none of its own. */
  outboundPolicy: urlPolicy.optional(),
});
export type ConnectionLease = z.output<typeof connectionLease>;

/** Longest output there may be, as JSON (spec/functions.md §4.2). */
export const MAX_OUTPUT_BYTES = 10_000_000;

/** Everything a runner is told of a run. */
export const executeRequest = z.object({
  executionId: z.uuid(),
  kind: runKind,
  /** Execution token, passed on to persist and the server's internal API. */
  token: z.string(),
  /** Compiled CommonJS bundle: SHA-256 hex of its bytes, and where to fetch it when it is not cached. */
  bundle: z.object({ hash: z.string().regex(/^[a-f0-9]{64}$/), url: z.url() }),
  function: z.object({
    name: z.string(),
    models: z.array(z.string()),
    /** Models and their variant live under `Model::variant` unless it is `base`. */
    variant: z.string(),
    trackDeletes: z.boolean(),
    checkpointKey: z.string(),
    /** Whether the instance may be kept for the next run of the same environment, bundle and connection. */
    warm: z.boolean().optional(),
  }),
  context: z.object({
    accountId: z.number().int(),
    environmentId: z.number().int(),
    environmentName: z.string(),
    connectionRowId: z.number().int(),
    operationId: z.string(),
    syncId: z.uuid().optional(),
    syncRunId: z.number().int().optional(),
    /** ISO time of the start of the last successful run. */
    lastSyncDate: z.iso.datetime().optional(),
    /** Hard-delete the models' records before the function runs. */
    emptyCache: z.boolean().optional(),
    loggerLevel: z.enum(['debug', 'info', 'warn', 'error', 'off']),
  }),
  lease: connectionLease,
  input: z.unknown().optional(),
  /** Calls to providers are real; what would be written is told in the outcome instead. */
  dryRun: z.object({ checkpoint: checkpoint.nullable() }).optional(),
  limits: z.object({
    wallMs: z.number().int().positive(),
    /** Since the start: a checkpoint saved later ends the run, which then counts as done so far. */
    interruptAfterMs: z.number().int().positive().optional(),
    /** Since the start: calls of the SDK made later fail with `execution_timeout`; the run itself ends at `wallMs`. */
    killAfterMs: z.number().int().positive().optional(),
    memoryMb: z.number().int().positive(),
    outputBytes: z.number().int().positive(),
  }),
});
export type ExecuteRequest = z.output<typeof executeRequest>;

/** Where a runner opens WebSockets for jobs (ADR 22). A connection carries one run at a time: an order in, its outcome out, the next order. */
export const EXECUTIONS_PATH = '/executions';

/** What jobs sends. */
export const runOrder = z.object({
  /** W3C Trace Context, where jobs is traced. */
  trace: z.record(z.string(), z.string()).optional(),
  run: executeRequest,
});
export type RunOrder = z.output<typeof runOrder>;

/** Codes a runner closes a connection with that still waits for an outcome (RFC 6455 §7.4.1). Any other end means that the run is lost. */
export const RUNNER_CLOSES = {
  /** Nothing was begun: it may be asked elsewhere, or again. */
  goingAway: 1001,
  /** It is no order a runner takes, and would be none the next time; the reason says why. */
  refused: 1008,
} as const;

/** A runner pings its connections this often; silence for longer than the other, at either end, means that the peer is lost. */
export const RUNNER_HEARTBEAT_MS = 5_000;
export const RUNNER_LOST_AFTER_MS = 20_000;
