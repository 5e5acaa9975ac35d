import { cipherCalls } from './cipher-calls.js';
import { digestCalls } from './digest-calls.js';
import { inflateCalls } from './inflate-calls.js';
import { keyCalls } from './key-calls.js';
import { signatureCalls } from './signature-calls.js';
import { urlCalls } from './url-calls.js';

/** Answers with what JSON can hold. `args` came out of an isolate, whose author can forge them: nothing about them is trusted. */
export type SyncCall = (args: never) => unknown;

const CALLS: ReadonlyMap<string, SyncCall> = new Map(
  Object.entries<SyncCall>({ ...urlCalls, ...digestCalls, ...keyCalls, ...signatureCalls, ...cipherCalls, ...inflateCalls }),
);

/** What an isolate is told at once, as JSON: `{"ok":…}`, or `{"error":…}` with what Node's own error says. Never throws. */
export function answerNow(op: string, argsJson: string): string {
  try {
    const call = CALLS.get(op);
    if (!call) throw new Error(`unknown call ${op}`);
    return JSON.stringify({ ok: call(JSON.parse(argsJson) as never) ?? null });
  } catch (error) {
    const { name, message, code } = error as Error & { code?: unknown };
    return JSON.stringify({ error: { name, message, code } });
  }
}
