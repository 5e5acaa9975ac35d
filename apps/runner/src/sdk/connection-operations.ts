import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { HostError } from './host-error.js';
import type { Operation } from './operation.js';
import { parsed } from './parsed.js';
import type { RunContext } from './run-context.js';

const connectionArgs = z.object({
  providerConfigKey: z.string().optional(),
  connectionId: z.string().optional(),
  forceRefresh: z.boolean().optional(),
  refreshToken: z.boolean().optional(),
  refreshGithubAppJwtToken: z.boolean().optional(),
  isNew: z.boolean().optional(),
});

/** What is shown of a connection may be as old; a token is looked up anew, but not with every call of a loop. */
const SHOWN_MS = 60_000;
const NEW_MS = 1_000;

/** A part that is null is the run's own, like one that is not there. */
const withoutNulls = (given: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));

const integrationArgs = z.object({ include: z.array(z.string()).default([]) });

const metadataArgs = z.object({ op: z.enum(['replace', 'merge']), metadata: z.record(z.string(), z.unknown()) });

/** Answers like the public metadata call (spec/functions.md §2.2). */
async function changeMetadata(run: RunContext, given: Record<string, unknown>): Promise<object> {
  const result = metadataArgs.safeParse(given);
  if (!result.success) throw new HostError({ name: 'Error', message: 'metadata must be an object' });
  const { op, metadata } = result.data;
  await run.server(op === 'merge' ? 'PATCH' : 'POST', '/internal/metadata', metadata);
  const { connection, integration } = await run.leases.of();
  const { metadata: known } = z.object({ metadata: z.record(z.string(), z.unknown()).nullish() }).parse(connection);
  run.leases.changeOwn({ metadata: op === 'merge' ? { ...known, ...metadata } : metadata });
  const data = { connection_id: connection['connection_id'], provider_config_key: integration.uniqueKey, metadata };
  const status = op === 'merge' ? 200 : 201;
  const config = { method: op === 'merge' ? 'patch' : 'post', url: '/connections/metadata' };
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { data, status, statusText: STATUS_CODES[status], headers, config, request: {} };
}

/** What only the public route can show. */
async function readConnection(run: RunContext, args: z.output<typeof connectionArgs>): Promise<unknown> {
  const { connection, integration } = run.request.lease;
  const { providerConfigKey = integration.uniqueKey, connectionId = String(connection['connection_id']) } = args;
  const query = new URLSearchParams({
    provider_config_key: providerConfigKey,
    force_refresh: String(args.forceRefresh ?? false),
    refresh_token: String(args.refreshToken ?? false),
    refresh_github_app_jwt_token: String(args.refreshGithubAppJwtToken ?? false),
  });
  return run.server('GET', `/internal/connections/${encodeURIComponent(connectionId)}?${query.toString()}`);
}

/** Connection, metadata and integration (spec/functions.md §2.2). */
export const connectionOperations: Record<string, Operation> = {
  connection: async (run, given) => {
    const { refreshGithubAppJwtToken, refreshToken, isNew, ...of } = parsed(
      connectionArgs,
      withoutNulls(given),
      'the question for a connection',
    );
    if (refreshToken || refreshGithubAppJwtToken) return readConnection(run, { ...of, refreshToken, refreshGithubAppJwtToken });
    return (await run.leases.of({ ...of, maxAgeMs: isNew ? NEW_MS : SHOWN_MS })).connection;
  },
  metadata: changeMetadata,
  integration: (run, given) => {
    const query = new URLSearchParams();
    for (const name of parsed(integrationArgs, given, 'the question for an integration').include) query.append('include', name);
    return run.server('GET', `/internal/integration?${query.toString()}`);
  },
  'environment-variables': (run) => run.server('GET', '/internal/environment-variables'),
};
