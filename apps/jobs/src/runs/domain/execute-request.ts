import type { ConnectionLease, ExecuteRequest, ExecutionClaims, ExecutionKind } from '#libs/contracts';

/** What is to be run, as its job says. */
export interface Run {
  readonly executionId: string;
  readonly kind: ExecutionKind;
  readonly environmentId: number;
  readonly functionId: number;
  readonly connectionRowId: number;
  readonly operationId: string;
  readonly input: unknown;
  readonly wallMs: number;
  readonly sync?: SyncFacts;
}

/** What only the run of a sync has. */
export interface SyncFacts {
  readonly syncId: string;
  readonly syncRunId: number;
  readonly variant: string;
  readonly checkpointKey: string;
  readonly lastSyncDate: Date | null;
  readonly emptyCache: boolean;
}

/** What is looked up for a run. */
export interface Prepared {
  readonly function: {
    readonly name: string;
    readonly bundleHash: string;
    readonly models: readonly string[];
    readonly trackDeletes: boolean;
  };
  readonly environment: {
    readonly accountId: number;
    readonly name: string;
    readonly loggerLevel: ExecuteRequest['context']['loggerLevel'];
  };
  readonly lease: ConnectionLease;
  readonly bundleUrl: string;
  readonly memoryMb: number;
  readonly actionOutputBytes: number;
  /** Whether the instance may be kept for the next run. */
  readonly warm?: boolean;
}

/** The function of a run, and how it is to be hosted by where it belongs. */
export interface Subject {
  readonly function: Prepared['function'];
  readonly hosting: (environment: string, integration: string) => Pick<Prepared, 'memoryMb' | 'warm'>;
}

/** Most bytes of JSON a function may return that is no action: nobody reads it. */
const OUTPUT_BYTES = 2 * 1024 * 1024;
/** A token outlives its run by as long as its last writes may take. */
const TOKEN_SLACK_S = 300;
const BASE_VARIANT = 'base';

/** All that persist and the server's internal API will know of the run. */
export function claimsOf(run: Run, { function: fn, environment, lease }: Prepared, nowMs: number): ExecutionClaims {
  return {
    sub: run.executionId,
    exp: Math.ceil((nowMs + run.wallMs) / 1000) + TOKEN_SLACK_S,
    kind: run.kind,
    accountId: environment.accountId,
    environmentId: run.environmentId,
    environmentName: environment.name,
    connectionRowId: run.connectionRowId,
    connectionId: String(lease.connection['connection_id']),
    providerConfigKey: lease.integration.uniqueKey,
    functionName: fn.name,
    operationId: run.operationId,
    models: [...fn.models],
    variant: run.sync?.variant ?? BASE_VARIANT,
    ...(run.sync ? { syncId: run.sync.syncId, syncRunId: run.sync.syncRunId } : {}),
  };
}

/** What the runner is asked. */
export function executeRequestOf(run: Run, prepared: Prepared, token: string): ExecuteRequest {
  const { function: fn, environment, lease, bundleUrl, memoryMb, actionOutputBytes, warm = false } = prepared;
  return {
    executionId: run.executionId,
    kind: run.kind,
    token,
    bundle: { hash: fn.bundleHash, url: bundleUrl },
    function: {
      name: fn.name,
      models: [...fn.models],
      variant: run.sync?.variant ?? BASE_VARIANT,
      trackDeletes: fn.trackDeletes,
      checkpointKey: run.sync?.checkpointKey ?? `${run.kind === 'on-event' ? run.kind : 'action'}:${fn.name}`,
      ...(warm ? { warm } : {}),
    },
    context: {
      accountId: environment.accountId,
      environmentId: run.environmentId,
      environmentName: environment.name,
      connectionRowId: run.connectionRowId,
      operationId: run.operationId,
      loggerLevel: environment.loggerLevel,
      ...(run.sync ? syncContext(run.sync) : {}),
    },
    lease,
    input: run.input,
    limits: { ...timesOf(run), memoryMb, outputBytes: isAction(run) ? actionOutputBytes : OUTPUT_BYTES },
  };
}

/** A sync goes on later from a checkpoint it saves late in its time, and calls nobody in its last moments (spec/functions.md §4.1). */
const INTERRUPTED_AFTER = 0.8;
const KILLED_AFTER = 0.95;

/** When a sync that may take `wallMs` is stopped: at the first checkpoint it saves after one moment, at any call after the other. */
const syncTimes = (wallMs: number) => ({
  interruptAfterMs: Math.ceil(wallMs * INTERRUPTED_AFTER),
  killAfterMs: Math.ceil(wallMs * KILLED_AFTER),
});

const timesOf = ({ kind, wallMs }: Run): Pick<ExecuteRequest['limits'], 'wallMs' | 'interruptAfterMs' | 'killAfterMs'> => ({
  wallMs,
  ...(kind === 'sync' ? syncTimes(wallMs) : {}),
});

const isAction = ({ kind }: Run): boolean => kind === 'action' || kind === 'action-async';

const syncContext = ({ syncId, syncRunId, lastSyncDate, emptyCache }: SyncFacts) => ({
  syncId,
  syncRunId,
  emptyCache,
  ...(lastSyncDate ? { lastSyncDate: lastSyncDate.toISOString() } : {}),
});
