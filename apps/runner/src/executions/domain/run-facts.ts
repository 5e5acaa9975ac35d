import type { ExecuteRequest } from '#libs/contracts';

/** Name of the script in stack traces (spec/functions.md §3.1). */
export const scriptNameOf = (request: ExecuteRequest): string =>
  `${request.function.name}-${request.lease.integration.uniqueKey}.cjs`;

/** Whose runs may share an instance: those of one environment, function version and connection (spec/sandbox.md §4.3). */
export const warmKeyOf = ({ context, bundle, function: fn, kind }: ExecuteRequest): string =>
  JSON.stringify([context.environmentId, bundle.hash, context.connectionRowId, kind, fn.name, fn.variant]);

/** What the isolate is told of its run (prelude `RunFacts`). Nothing of it is secret. */
export function runFacts(request: ExecuteRequest): object {
  const { context, lease } = request;
  const isSync = request.kind === 'sync';
  const proxy = lease.provider['proxy'] as { paginate?: unknown } | undefined;
  return {
    kind: isSync ? 'sync' : 'action',
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
      scriptType: isSync ? 'sync' : 'action',
      runnerFlags: {},
      ...(isSync
        ? {
            variant: request.function.variant,
            track_deletes: request.function.trackDeletes,
            emptyCache: context.emptyCache ?? false,
          }
        : {}),
    },
  };
}
