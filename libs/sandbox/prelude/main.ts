import './text.js';
import './web.js';
import { beginRun, type Bridge, connectBridge, deliver, endRun } from './bridge.js';
import { type Exports, invoke } from './entry.js';
import { failureText } from './failure.js';
import { require } from './modules.js';
import { ActionError } from './sdk/action-error.js';
import { makeNango } from './sdk/nango.js';
import type { RunFacts } from './sdk/run-facts.js';

type Factory = (module: { exports: Exports }, exports: Exports, require: (name: string) => unknown) => void;

const { stringify, parse } = JSON;

/** What the function's module exports, once it was evaluated: for the one run of this isolate, or for several. */
let loaded: Exports | undefined;

function load(factory: Factory): Exports {
  const module = { exports: {} as Exports };
  factory(module, module.exports, require);
  loaded = module.exports;
  return loaded;
}

/**
 * Runs a function and answers text only: `{"ok":<output>}`, or `{"failure":…}`. The output is serialised here, where its getters belong.
 * @param factory of a module that was not evaluated before
 */
async function run(factory: Factory | undefined, facts: RunFacts, input: unknown): Promise<string> {
  const ask = beginRun();
  try {
    const exports = loaded ?? (factory && load(factory));
    if (!exports) throw new Error('no function was loaded');
    const output = await invoke(exports, facts.kind, makeNango(ask, facts), input);
    return `{"ok":${stringify(output) ?? 'null'}}`;
  } catch (thrown) {
    return `{"failure":${failureText(thrown)}}`;
  } finally {
    endRun();
  }
}

/** Memory beyond the isolate's limit, and ways to block its thread or wake it that the watchdog does not see. */
const OUT_OF_BOUNDS = ['WebAssembly', 'SharedArrayBuffer', 'Atomics'];

/**
 * Called once by the host in a fresh context. It leaves nothing on the global: the callbacks live in closures.
 * @returns how the host starts a run, one after the other, and how it answers its calls
 */
function boot(send: Bridge['send'], sync: Bridge['sync']) {
  for (const name of ['__fairlead', ...OUT_OF_BOUNDS]) delete (globalThis as Record<string, unknown>)[name];
  connectBridge({ send: (call, op, args, body) => send(call, op, args, body), sync: (op, args) => sync(op, args) });
  return {
    start: (factory: Factory | undefined, facts: string, input: string) => run(factory, parse(facts) as RunFacts, parse(input)),
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
