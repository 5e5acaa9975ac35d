import type { ServiceCall } from './service-client.js';
import type { Operation } from './operation.js';
import type { RunContext } from './run-context.js';

/**
 * Calls a route that does as the public one does (spec/functions.md §2.3): it says itself what is wrong with a request. An action that
 * was triggered waits for its turn like any other, 30 s at most, so that actions which wait for each other come to an end.
 */
function invoke(run: RunContext, path: string, body: unknown, headers: ServiceCall['headers'] = {}): Promise<unknown> {
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(Math.ceil(run.leftMs))]);
  const { token } = run.request;
  return run.services.invocations.call({ method: 'POST', path, token, body: JSON.stringify(body), headers, signal });
}

/** Headers of what was given; what is no text is missing there. */
const given = (headers: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));

export const invocationOperations: Record<string, Operation> = {
  'action.trigger': (run, { providerConfigKey, connectionId, body }) =>
    invoke(
      run,
      '/internal/action/trigger',
      body,
      given({ 'provider-config-key': providerConfigKey, 'connection-id': connectionId }),
    ),
  'sync.trigger': (run, { body }) => invoke(run, '/internal/sync/trigger', body),
  'sync.start': (run, { body }) => invoke(run, '/internal/sync/start', body),
};
