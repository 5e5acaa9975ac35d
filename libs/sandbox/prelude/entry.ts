import type { RunFacts } from './sdk/run-facts.js';

/** What a bundle exports. Exports are getters; the default one is a definition or, in old deployments, the function itself. */
export type Exports = Record<string, unknown>;

type Exec = (nango: object, input?: unknown) => unknown;
interface Definition {
  readonly exec?: unknown;
  readonly onWebhook?: unknown;
}

/** Calls what a run of this kind is about, with what that takes (spec/functions.md §1.2 to §1.4, §1.10). */
export function invoke(exports: Exports, kind: RunFacts['kind'], nango: object, input: unknown): unknown {
  const given: unknown = exports['default'] ?? exports;
  const entry = given as Definition | Exec;
  if (kind === 'webhook') return onWebhook(exports, entry)(nango, input);
  if (typeof entry === 'function') return kind === 'action' ? entry(nango, orUndefined(input)) : entry(nango);
  if (!isFunction(entry.exec))
    throw new Error(
      'the function has no exec: its default export must be a createSync, createAction or createOnEvent definition',
    );
  return kind === 'action' ? entry.exec(nango, input) : entry.exec(nango);
}

function onWebhook(exports: Exports, entry: Definition | Exec): Exec {
  const legacy = exports['onWebhookPayloadReceived'];
  if (isFunction(legacy)) return legacy;
  const definition = entry as Definition;
  const { onWebhook: handler } = definition;
  if (!isFunction(handler)) throw new Error('the sync has no onWebhook: add one to its createSync definition');
  return (nango, payload) => handler.call(definition, nango, payload);
}

const isFunction = (value: unknown): value is Exec => typeof value === 'function';

/** Functions of old deployments get nothing where there is no input. */
const orUndefined = (input: unknown): unknown =>
  typeof input === 'object' && input !== null && Object.keys(input).length === 0 && !Array.isArray(input) ? undefined : input;
