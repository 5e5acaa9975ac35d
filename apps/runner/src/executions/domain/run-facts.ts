import { type ExecuteRequest, type RunKind, scriptTypeOf } from '#libs/contracts';

/** Name of the script in stack traces (spec/functions.md §3.1). */
export const scriptNameOf = (request: ExecuteRequest): string =>
  `${request.function.name}-${request.lease.integration.uniqueKey}.cjs`;

/** The sync's own methods and properties are there in its runs, and where it handles a webhook. */
const SYNC_OBJECT: ReadonlySet<RunKind> = new Set(['sync', 'webhook']);

/** Whose runs may share an instance: those of one environment, function version and connection (spec/sandbox.md §4.3). */
export const warmKeyOf = ({ context, bundle, function: fn, kind }: ExecuteRequest): string =>
  JSON.stringify([context.environmentId, bundle.hash, context.connectionRowId, kind, fn.name, fn.variant]);

/** What the isolate is told of its run (prelude `RunFacts`). Nothing of it is secret. */
export function runFacts(request: ExecuteRequest): object {
  const { context, lease, kind } = request;
  const proxy = lease.provider['proxy'] as { paginate?: unknown } | undefined;
  return {
    kind: scriptTypeOf(kind),
    loggerLevel: context.loggerLevel,
    paginate: proxy?.paginate,
    lastSyncDate: context.lastSyncDate,
    properties: {
      connectionId: lease.connection['connection_id'],
      providerConfigKey: lease.integration.uniqueKey,
      provider: lease.integration.provider,
      environmentId: context.environmentId,
      environmentName: context.environmentName,
      accountId: context.accountId,
      activityLogId: context.operationId,
      nangoConnectionId: context.connectionRowId,
      syncId: context.syncId,
      syncJobId: context.syncRunId,
      scriptType: scriptTypeOf(kind),
      syncConfig: syncConfigOf(request),
      runnerFlags: {},
      isCLI: false,
      ...(SYNC_OBJECT.has(kind) ? syncProperties(request) : {}),
    },
  };
}

const syncProperties = ({ function: fn, context }: ExecuteRequest) => ({
  variant: fn.variant,
  track_deletes: fn.trackDeletes,
  emptyCache: context.emptyCache ?? false,
});

/** What is known here of how the function was deployed, under the names it has for authors. */
const syncConfigOf = ({ function: fn, kind }: ExecuteRequest) => ({
  sync_name: fn.name,
  type: SYNC_OBJECT.has(kind) ? 'sync' : scriptTypeOf(kind),
  models: fn.models,
  track_deletes: fn.trackDeletes,
  active: true,
  enabled: true,
});

/** JSON of what the function is given: an action at least an empty object, a webhook the body itself, others nothing (spec/functions.md §1.3). */
export function inputOf({ kind, input }: ExecuteRequest): string {
  return JSON.stringify(kind === 'webhook' ? (input ?? null) : input || {});
}
