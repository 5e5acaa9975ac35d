import { ActionError } from './sdk/action-error.js';

/** What was thrown, as plain text the host can classify; reading it can run the author's code, so nothing is trusted. */
export interface Failure {
  readonly kind: 'action' | 'error' | 'thrown';
  readonly name?: string | undefined;
  readonly message?: string | undefined;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
  readonly payload?: unknown;
  readonly http?: { readonly response?: unknown } | undefined;
  readonly thrown?: unknown;
}

const { stringify } = JSON;
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function describe(thrown: unknown): Failure {
  if (thrown instanceof ActionError) return { kind: 'action', payload: thrown.payload, stack: text(thrown.stack) };
  if (!(thrown instanceof Error)) return { kind: 'thrown', thrown };
  const error = thrown as Error & { code?: unknown; payload?: unknown; isAxiosError?: unknown; response?: unknown };
  return {
    kind: 'error',
    name: text(error.name),
    message: text(error.message),
    code: text(error.code),
    stack: text(error.stack),
    payload: error.payload,
    http: error.isAxiosError === true ? { response: error.response } : undefined,
  };
}

/** The failure as JSON; an error with hostile getters or cycles is reduced to what can be said of it. */
export function failureText(thrown: unknown): string {
  try {
    return stringify(describe(thrown));
  } catch {
    return stringify({ kind: 'thrown', thrown: 'an error that cannot be described' } satisfies Failure);
  }
}
