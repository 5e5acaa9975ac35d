import type { ConnectionLease } from '#libs/contracts';
import type { Operation } from './operations.js';
import type { RunContext } from './run-context.js';

/** The lease of the run's own connection, or of another one of its environment. */
export async function leaseOf(
  run: RunContext,
  providerConfigKey: unknown,
  connectionId: unknown,
  forceRefresh = false,
): Promise<ConnectionLease> {
  const own = run.lease.integration.uniqueKey;
  const ownId = String(run.lease.connection['connection_id']);
  const key = typeof providerConfigKey === 'string' ? providerConfigKey : own;
  const id = typeof connectionId === 'string' ? connectionId : ownId;
  const isOwn = key === own && id === ownId;
  if (isOwn && !forceRefresh) return run.lease;
  const lease = await run.server<ConnectionLease>('POST', '/internal/lease', {
    providerConfigKey: key,
    connectionId: id,
    forceRefresh,
  });
  if (isOwn) run.lease = lease;
  return lease;
}

async function changeMetadata(run: RunContext, { op, metadata }: Record<string, unknown>): Promise<object> {
  await run.server(op === 'merge' ? 'PATCH' : 'POST', '/internal/metadata', metadata as object);
  const known = (run.lease.connection['metadata'] ?? {}) as object;
  run.lease = {
    ...run.lease,
    connection: { ...run.lease.connection, metadata: op === 'merge' ? { ...known, ...(metadata as object) } : metadata },
  };
  const { uniqueKey } = run.lease.integration;
  return {
    status: op === 'merge' ? 200 : 201,
    data: { connection_id: run.lease.connection['connection_id'], provider_config_key: uniqueKey, metadata },
  };
}

export const connectionOperations: Record<string, Operation> = {
  connection: async (run, { providerConfigKey, connectionId, forceRefresh }) =>
    (await leaseOf(run, providerConfigKey, connectionId, forceRefresh === true)).connection,
  metadata: changeMetadata,
  integration: (run) => run.server('GET', '/internal/integration'),
  'environment-variables': (run) => run.server('GET', '/internal/environment-variables'),
};
