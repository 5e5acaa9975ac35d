import { askNow } from './bridge.js';

type Reply<Value> = { readonly ok: Value } | { readonly error: { name: string; message: string; code?: string } };

const KINDS: Readonly<Record<string, ErrorConstructor>> = { Error, TypeError, RangeError, SyntaxError };

/** Asks what the sandbox process answers at once. @throws an error of the same kind as outside, without its stack */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what the host answers
export function hostNow<Value>(op: string, args: object): Value {
  const reply = JSON.parse(askNow(op, args)) as Reply<Value>;
  if ('ok' in reply) return reply.ok;
  const { name, message, code } = reply.error;
  const Kind = KINDS[name] ?? Error;
  throw Object.assign(new Kind(message), code === undefined ? {} : { code });
}
