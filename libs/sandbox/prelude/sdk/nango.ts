import { ask } from '../bridge.js';
import { ActionError } from './action-error.js';
import { connection } from './connection.js';
import { send, withMethod, type HttpConfig } from './http.js';
import { Log } from './log.js';
import type { Settings } from './pages.js';
import { paginate } from './paginate.js';
import { records } from './records.js';
import { state } from './state.js';
import { uncontrolledFetch } from './uncontrolled-fetch.js';

/** What the host tells a run about itself. */
export interface RunFacts {
  readonly kind: 'action' | 'sync';
  readonly loggerLevel: 'debug' | 'info' | 'warn' | 'error' | 'off';
  readonly paginate?: Settings;
  readonly lastSyncDate?: string;
  /** Plain properties of the `nango` object (spec/functions.md §2.0). */
  readonly properties: Record<string, unknown>;
}

/** Names authors must not reach, whether or not they exist here. */
const INTERNAL = new Set(
  'nango persistClient constructor __proto__ prototype integrationConfig abortSignal telemetryBag lifecycle secretKey proxyArguments'.split(
    ' ',
  ),
);

/** How the provider that a call goes to pages its listings: the run's own, unless the call names another integration. */
async function* pagesOf(config: HttpConfig, { properties, paginate: own }: RunFacts): AsyncGenerator<unknown[]> {
  const { providerConfigKey, connectionId } = config;
  const isOwn = providerConfigKey === undefined || providerConfigKey === properties['providerConfigKey'];
  const defaults = isOwn ? own : await ask<Settings | null>('pagination', { providerConfigKey, connectionId });
  yield* paginate(config, defaults ?? undefined);
}

const actionMethods = (facts: RunFacts, log: Log) => ({
  ...connection,
  ...state,
  get: withMethod('GET'),
  post: withMethod('POST'),
  put: withMethod('PUT'),
  patch: withMethod('PATCH'),
  delete: withMethod('DELETE'),
  proxy: send,
  paginate: (config: HttpConfig) => pagesOf(config, facts),
  uncontrolledFetch,
  log: log.log,
  logger: log.logger,
  setLogger: log.setLogger,
  zodValidateInput: log.zodValidateInput,
  ActionError,
});

/** The `nango` object of a run: methods bound, no prototype, internals refused by name. */
export function makeNango(facts: RunFacts): object {
  const log = new Log(facts.loggerLevel);
  const own = Object.assign(Object.create(null) as Record<string, unknown>, facts.properties, actionMethods(facts, log));
  if (facts.kind === 'sync') {
    Object.assign(own, records, { lastSyncDate: facts.lastSyncDate === undefined ? undefined : new Date(facts.lastSyncDate) });
  }
  return new Proxy(own, {
    get(target, name) {
      if (typeof name === 'string' && INTERNAL.has(name)) throw new Error(`Access to "${name}" is not allowed.`);
      return target[name as string];
    },
    getPrototypeOf: () => null,
  });
}
