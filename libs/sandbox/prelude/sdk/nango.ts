import type { Ask } from '../bridge.js';
import { ActionError } from './action-error.js';
import { connectionMethods } from './connection.js';
import { type HttpConfig, httpMethods, type Send } from './http.js';
import { invocations } from './invocations.js';
import { Log } from './log.js';
import type { Settings } from './pages.js';
import { paginate } from './paginate.js';
import { recordMethods } from './records.js';
import type { RunFacts } from './run-facts.js';
import { stateMethods } from './state.js';
import { uncontrolledFetch } from './uncontrolled-fetch.js';

/** Names authors must not reach, whether or not they exist here. */
const INTERNAL = new Set(
  [
    'nango persistClient persist constructor __proto__ prototype __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__',
    'integrationConfig abortSignal telemetryBag lifecycle secretKey proxyArguments plan locking memoizedConnections',
    'memoizedIntegration attributes sendLogToPersist throwIfAborted checkpointKey checkpointVersion',
  ].flatMap((names) => names.split(' ')),
);

function refuse(name: string | symbol): void {
  if (typeof name === 'string' && INTERNAL.has(name)) throw new Error(`Access to "${name}" is not allowed.`);
}

/** How the provider that a call goes to pages its listings: the run's own, unless the call names another integration. */
async function* pagesOf(ask: Ask, send: Send, config: HttpConfig, facts: RunFacts): AsyncGenerator<unknown[]> {
  const { providerConfigKey, connectionId } = config;
  const isOwn = providerConfigKey === undefined || providerConfigKey === facts.properties['providerConfigKey'];
  const defaults = isOwn ? facts.paginate : await ask<Settings | null>('pagination', { providerConfigKey, connectionId });
  yield* paginate(send, config, defaults ?? undefined);
}

/** What all kinds of function have. */
function actionMethods(ask: Ask, facts: RunFacts) {
  const log = new Log(ask, facts.loggerLevel);
  const http = httpMethods(ask);
  return {
    ...connectionMethods(ask),
    ...stateMethods(ask),
    ...invocations(ask),
    ...http,
    paginate: (config: HttpConfig) => pagesOf(ask, http.proxy, config, facts),
    uncontrolledFetch: uncontrolledFetch(ask),
    log: log.log,
    logger: log.logger,
    setLogger: log.setLogger,
    zodValidateInput: log.zodValidateInput,
    ActionError,
  };
}

const syncMethods = (ask: Ask, { lastSyncDate }: RunFacts) => ({
  ...recordMethods(ask),
  lastSyncDate: lastSyncDate === undefined ? undefined : new Date(lastSyncDate),
});

/** The `nango` object of a run: methods bound, no prototype, nothing to change, internals refused by name (spec/functions.md §2). */
export function makeNango(ask: Ask, facts: RunFacts): object {
  const own = Object.assign(Object.create(null) as Record<string, unknown>, facts.properties, actionMethods(ask, facts));
  if (facts.kind === 'sync' || facts.kind === 'webhook') Object.assign(own, syncMethods(ask, facts));
  return new Proxy(Object.freeze(own), {
    get(target, name) {
      refuse(name);
      return target[name as string];
    },
    set(_target, name) {
      refuse(name);
      return false;
    },
    defineProperty(_target, name) {
      refuse(name);
      return false;
    },
  });
}
