import './web.js';
import { beginRun, type Bridge, connectBridge, deliver, endRun } from './bridge.js';
import { type Exports, invoke } from './entry.js';
import { failureText } from './failure.js';
import { loadZod, require } from './modules.js';
import { notice, watchForMoments } from './moment.js';
import { ActionError } from './sdk/action-error.js';
import { makeNango } from './sdk/nango.js';
import type { RunFacts } from './sdk/run-facts.js';

type Factory = (module: { exports: Exports }, exports: Exports, require: (name: string) => unknown) => void;

const { stringify, parse } = JSON;

/** What the module gave; stays with a warm instance and in the snapshot of a function. */
let exported: Exports = {};

/** Evaluates the module. @returns nothing, or `{"failure":…}` */
function load(factory: Factory): string {
  try {
    const module = { exports: {} as Exports };
    factory(module, module.exports, require);
    exported = module.exports;
    return '';
  } catch (thrown) {
    return `{"failure":${failureText(thrown)}}`;
  }
}

/** Runs the function and answers text only: `{"ok":<output>}`, or `{"failure":…}`. The output is serialised here, where its getters belong. */
async function run(facts: RunFacts, input: unknown): Promise<string> {
  const ask = beginRun();
  try {
    const output = await invoke(exported, facts.kind, makeNango(ask, facts), input);
    return `{"ok":${stringify(output) ?? 'null'}}`;
  } catch (thrown) {
    return `{"failure":${failureText(thrown)}}`;
  } finally {
    endRun();
  }
}

/** Memory beyond the isolate's limit, and ways to block its thread or wake it that the watchdog does not see. */
const OUT_OF_BOUNDS = ['WebAssembly', 'SharedArrayBuffer', 'Atomics'];
/** Text that crosses is copied several times on the host's side. */
const MAX_CALL_CHARS = 64 * 1024 ** 2;
const { deleteProperty } = Reflect;

function closeDoors(): void {
  for (const name of ['__fairlead', ...OUT_OF_BOUNDS]) deleteProperty(globalThis, name);
}

/** Frames of the SDK stand above those of authors, who see nine of their own (spec/functions.md §4.3). */
const MAX_FRAMES = 20;

/** The callbacks take text of a bounded length only, whatever was done to `JSON` meanwhile. @throws RangeError */
function checkLength(...texts: unknown[]): void {
  let chars = 0;
  for (let at = 0; at < texts.length; at += 1) {
    const text = texts[at];
    if (typeof text === 'string') chars += text.length;
    else if (text !== undefined) throw new TypeError('a call of the SDK takes what can be written as JSON');
  }
  if (chars > MAX_CALL_CHARS)
    throw new RangeError(`a call of the SDK may carry ${MAX_CALL_CHARS} characters, this one has ${chars}`);
}

let booted = false;

/**
 * Called once by the host in a fresh context. It leaves nothing on the global: the callbacks live in closures.
 * @returns how the host loads the module, starts runs one after the other, and answers their calls
 */
function boot(send: Bridge['send'], sync: Bridge['sync']) {
  if (booted) throw new Error('this context is in use');
  booted = true;
  closeDoors();
  // Not before: V8 cannot restore a snapshot in which it was set.
  Error.stackTraceLimit = MAX_FRAMES;
  connectBridge({
    send: (call, op, args, body) => {
      checkLength(op, args, body);
      send(call, op, args, body);
    },
    sync: (op, args) => {
      checkLength(op, args);
      return sync(op, args);
    },
  });
  return {
    load,
    start: (facts: string, input: string) => run(parse(facts) as RunFacts, parse(input)),
    deliver,
  };
}

let endWatch: (() => boolean) | undefined;

/**
 * For snapshots: `loadZod` where the code that will run names it; then, for that of a function, `watch`, `load`, and, once its microtasks
 * have run, `seal`.
 */
const forSnapshot = {
  loadZod,
  watch: () => {
    deleteProperty(globalThis, '__fairlead');
    endWatch = watchForMoments(OUT_OF_BOUNDS);
  },
  load: (factory: Factory) => {
    if (load(factory) !== '') notice();
  },
  seal: () => {
    if (endWatch?.() !== false) throw new Error('the body of the module fails, or depends on the moment or the host');
  },
};

// The bundler shortens names; what authors can see keeps its own.
Object.defineProperty(ActionError, 'name', { value: 'ActionError', configurable: true });

Object.defineProperty(globalThis, '__fairlead', { value: { boot, forSnapshot }, configurable: true });
