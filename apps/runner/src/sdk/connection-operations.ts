import { z } from 'zod';
import { HostError } from './host-error.js';
import type { Operation } from './operation.js';
import type { RunContext } from './run-context.js';

const connectionArgs = z.object({
  providerConfigKey: z.string().optional(),
  connectionId: z.string().optional(),
  forceRefresh: z.boolean().optional(),
  refreshGithubAppJwtToken: z.boolean().optional(),
});

const metadataArgs = z.object({ op: z.enum(['replace', 'merge']), metadata: z.record(z.string(), z.unknown()) });

/** Answers like the public metadata call (spec/functions.md §2.2). */
async function changeMetadata(run: RunContext, given: Record<string, unknown>): Promise<object> {
  const parsed = metadataArgs.safeParse(given);
  if (!parsed.success) throw new HostError({ name: 'Error', message: 'metadata must be an object' });
  const { op, metadata } = parsed.data;
  await run.server(op === 'merge' ? 'PATCH' : 'POST', '/internal/metadata', metadata);
  const { connection, integration } = await run.leases.of();
  const { metadata: known } = z.object({ metadata: z.record(z.string(), z.unknown()).nullish() }).parse(connection);
  run.leases.changeOwn({ metadata: op === 'merge' ? { ...known, ...metadata } : metadata });
  const data = { connection_id: connection['connection_id'], provider_config_key: integration.uniqueKey, metadata };
  return { status: op === 'merge' ? 200 : 201, data };
}

/** Connection, metadata and integration (spec/functions.md §2.2). */
export const connectionOperations: Record<string, Operation> = {
  connection: async (run, given) => {
    const { refreshGithubAppJwtToken, forceRefresh, ...of } = connectionArgs.parse(given);
    return (await run.leases.of({ ...of, forceRefresh: forceRefresh ?? refreshGithubAppJwtToken })).connection;
  },
  metadata: changeMetadata,
  integration: (run) => run.server('GET', '/internal/integration'),
  'environment-variables': (run) => run.server('GET', '/internal/environment-variables'),
};
