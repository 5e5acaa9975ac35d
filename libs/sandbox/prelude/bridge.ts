import { notice } from './moment.js';
import { ActionError } from './sdk/action-error.js';

/** The two callbacks that lead out of the isolate. Everything that crosses is text. */
export interface Bridge {
  /** Starts a call; its answer comes back through `deliver`. `body` travels as it is, unparsed. */
  send(call: number, op: string, args: string, body?: string): void;
  /** For what must answer at once, such as a digest. */
  sync(op: string, args: string): string;
}

/** How the host reports a failed call; rebuilt as an error of the same kind inside. */
export interface HostError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly payload?: unknown;
  /** Present on a failed HTTP call. */
  readonly http?: { readonly status?: number; readonly response?: unknown; readonly config?: unknown };
}

type HostReply<Value> = { readonly ok: Value } | { readonly error: HostError };

let bridge: Bridge | undefined;
let lastCall = 0;
const waiting = new Map<number, (json: string) => void>();

export function connectBridge(to: Bridge): void {
  bridge = to;
}

/** The host's answer to a call. */
export function deliver(call: number, json: string): void {
  const resolve = waiting.get(call);
  waiting.delete(call);
  resolve?.(json);
}

/** What a run still waits for when it ends is nothing to the next one. Numbers go on: a late answer finds nobody. */
export const forgetCalls = (): void => waiting.clear();

function connected(): Bridge {
  if (bridge) return bridge;
  notice();
  throw new Error('nothing runs yet');
}

const call = (op: string, args: string, body?: string): Promise<string> =>
  new Promise((resolve) => {
    const id = ++lastCall;
    waiting.set(id, resolve);
    connected().send(id, op, args, body);
  });

/** Asks the host and waits. @throws the host's error, rebuilt */
export async function ask<Value>(op: string, args: object = {}, body?: string): Promise<Value> {
  const reply = JSON.parse(await call(op, JSON.stringify(args), body)) as HostReply<Value>;
  if ('error' in reply) throw rebuild(reply.error);
  return reply.ok;
}

export const askNow = (op: string, args: object): string => connected().sync(op, JSON.stringify(args));

/** Waits on the host's clock. */
export const sleep = (ms: number): Promise<string> => call('sleep', String(ms));

function rebuild(error: HostError): Error {
  if (error.name === 'ActionError') return new ActionError(error.payload);
  const rebuilt = new Error(error.message);
  const { http } = error;
  const facts = http
    ? {
        isAxiosError: true,
        status: http.status,
        response: http.response,
        config: http.config,
        toJSON: () => ({ name: error.name, message: error.message, code: error.code, status: http.status }),
      }
    : {};
  return Object.assign(
    rebuilt,
    { name: error.name, ...(error.code === undefined ? {} : { code: error.code }), payload: error.payload },
    facts,
  );
}
