import { type HostError, rebuild } from './host-error.js';
import { notice } from './moment.js';

/** The two callbacks that lead out of the isolate. Everything that crosses is text. */
export interface Bridge {
  /** Starts a call; its answer comes back through `deliver`. `body` travels as it is, unparsed. */
  send(call: number, op: string, args: string, body?: string): void;
  /** For what must answer at once, such as a digest. */
  sync(op: string, args: string): string;
}

/** Asks the host and waits. @throws the host's error, rebuilt */
export type Ask = <Value>(op: string, args?: object, body?: string) => Promise<Value>;

type HostReply<Value> = { readonly ok: Value } | { readonly error: HostError };

let bridge: Bridge | undefined;
/** Grows over all runs of an isolate: an answer that comes late is nobody else's. */
let lastCall = 0;
let lastRun = 0;
let currentRun: number | undefined;
const waiting = new Map<number, (json: string) => void>();

export function connectBridge(to: Bridge): void {
  bridge = to;
}

/**
 * Begins one of the runs an isolate serves one after the other. What an earlier one left waiting, timers too, is forgotten; what the body
 * of the module began is part of the first.
 */
export function beginRun(): Ask {
  const run = ++lastRun;
  currentRun = run;
  if (run > 1) waiting.clear();
  return (op, args, body) => {
    if (currentRun === run) return ask(op, args, body);
    return Promise.reject(new Error('this nango object belongs to a run that has ended'));
  };
}

/** What still computes now asks nobody any more. */
export function endRun(): void {
  currentRun = undefined;
  waiting.clear();
}

/** The host's answer to a call. */
export function deliver(call: number, json: string): void {
  const resolve = waiting.get(call);
  waiting.delete(call);
  resolve?.(json);
}

function connected(): Bridge {
  if (bridge) return bridge;
  notice();
  throw new Error('nothing runs yet');
}

const call = (op: string, args: string, body?: string): Promise<string> =>
  new Promise((resolve) => {
    const to = connected();
    const id = ++lastCall;
    waiting.set(id, resolve);
    to.send(id, op, args, body);
  });

/** Asks on behalf of whichever run is under way. */
export const ask: Ask = async <Value>(op: string, args: object = {}, body?: string): Promise<Value> => {
  const reply = JSON.parse(await call(op, JSON.stringify(args), body)) as HostReply<Value>;
  if ('error' in reply) throw rebuild(reply.error);
  return reply.ok;
};

export const askNow = (op: string, args: object): string => connected().sync(op, JSON.stringify(args));

/** Waits on the host's clock. */
export const sleep = (ms: number): Promise<string> => call('sleep', String(ms));
