import './text.js';
import './web.js';
import { type Bridge, connectBridge, deliver } from './bridge.js';
import { failureText } from './failure.js';
import { require } from './modules.js';
import { ActionError } from './sdk/action-error.js';
import { makeNango, type RunFacts } from './sdk/nango.js';

type Exec = (nango: object, input?: unknown) => unknown;
interface Definition {
  readonly exec?: Exec;
}
type Factory = (
  module: { exports: Record<string, unknown> },
  exports: Record<string, unknown>,
  require: (name: string) => unknown,
) => void;

const { stringify, parse } = JSON;

/** Exports are getters, and the default one is a definition or, in old deployments, the function itself. */
function entryOf(exports: Record<string, unknown>): Exec {
  const entry: Definition | Exec = exports['default'] ?? exports;
  const exec = typeof entry === 'function' ? entry : entry.exec;
  if (typeof exec !== 'function')
    throw new Error(
      'the function has no exec: its default export must be a createSync, createAction or createOnEvent definition',
    );
  return exec;
}

/** Runs a function and answers text only: `{"ok":<output>}`, or `{"failure":…}`. The output is serialised here, where its getters belong. */
async function run(factory: Factory, facts: RunFacts, input: unknown): Promise<string> {
  try {
    const module = { exports: {} as Record<string, unknown> };
    factory(module, module.exports, require);
    const exec = entryOf(module.exports);
    const nango = makeNango(facts);
    const output = await (facts.kind === 'sync' ? exec(nango) : exec(nango, input));
    return `{"ok":${stringify(output) ?? 'null'}}`;
  } catch (thrown) {
    return `{"failure":${failureText(thrown)}}`;
  }
}

/** Memory beyond the isolate's limit, and ways to block its thread or wake it that the watchdog does not see. */
const OUT_OF_BOUNDS = ['WebAssembly', 'SharedArrayBuffer', 'Atomics'];

/**
 * Called once by the host in a fresh context. It leaves nothing on the global: the callbacks live in closures.
 * @returns how the host starts the one run this context serves, and how it answers the run's calls
 */
function boot(send: Bridge['send'], sync: Bridge['sync']) {
  for (const name of ['__fairlead', ...OUT_OF_BOUNDS]) delete (globalThis as Record<string, unknown>)[name];
  connectBridge({ send: (call, op, args, body) => send(call, op, args, body), sync: (op, args) => sync(op, args) });
  return {
    start: (factory: Factory, facts: string, input: string) => run(factory, parse(facts) as RunFacts, parse(input)),
    deliver,
  };
}

// The bundler shortens names; what authors can see keeps its own. Cheaper here than in every isolate for every function.
for (const name of [
  'Buffer',
  'URL',
  'URLSearchParams',
  'Headers',
  'TextEncoder',
  'TextDecoder',
  'AbortController',
  'AbortSignal',
]) {
  Object.defineProperty((globalThis as Record<string, unknown>)[name], 'name', { value: name, configurable: true });
}
Object.defineProperty(ActionError, 'name', { value: 'ActionError', configurable: true });

Object.defineProperty(globalThis, '__fairlead', { value: boot, configurable: true });
