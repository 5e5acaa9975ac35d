import { Buffer } from 'buffer';
import { isApiError, isSdkError } from './host-error.js';
import { ActionError } from './sdk/action-error.js';
import { fitted } from './sdk/fitted.js';

/** What was thrown, as plain text the host can classify; reading it can run the author's code, so nothing is trusted. */
export interface Failure {
  readonly kind: 'action' | 'error' | 'sdk' | 'thrown';
  readonly name?: string | undefined;
  readonly message?: string | undefined;
  readonly code?: string | number | undefined;
  readonly stack?: string | undefined;
  readonly payload?: unknown;
  readonly http?: { readonly response?: unknown; readonly isApi?: boolean } | undefined;
  /** What was thrown and is no error. */
  readonly thrown?: unknown;
}

const { stringify } = JSON;

/** A field, unless its getter throws. */
function read(from: object, name: string): unknown {
  try {
    return (from as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

function textOf(from: object, name: string): string | undefined {
  const value = read(from, name);
  return typeof value === 'string' ? fitted(value) : undefined;
}

function codeOf(from: object): string | number | undefined {
  const code = read(from, 'code');
  return typeof code === 'number' ? code : textOf(from, 'code');
}

function describe(thrown: unknown): Failure {
  if (thrown instanceof ActionError) {
    return { kind: 'action', payload: fitted(read(thrown, 'payload')), stack: textOf(thrown, 'stack') };
  }
  if (!(thrown instanceof Error)) return { kind: 'thrown', thrown: fitted(thrown) };
  return {
    kind: isSdkError(thrown) ? 'sdk' : 'error',
    name: textOf(thrown, 'name'),
    message: textOf(thrown, 'message'),
    code: codeOf(thrown),
    stack: textOf(thrown, 'stack'),
    payload: isSdkError(thrown) ? fitted(read(thrown, 'payload')) : undefined,
    http: read(thrown, 'isAxiosError') === true ? { response: responseOf(thrown), isApi: isApiError(thrown) } : undefined,
  };
}

function responseOf(error: Error): object | undefined {
  const response = read(error, 'response');
  if (typeof response !== 'object' || response === null) return undefined;
  return { status: read(response, 'status'), headers: read(response, 'headers'), data: fitted(bodyOf(read(response, 'data'))) };
}

/** Bytes are shown as what they say. */
function bodyOf(data: unknown): unknown {
  if (!Buffer.isBuffer(data)) return data;
  const text = data.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The failure as JSON; what throws while it is looked at is reduced to what can be said of it. */
export function failureText(thrown: unknown): string {
  try {
    return stringify(describe(thrown));
  } catch {
    return stringify({ kind: 'error', name: 'Error', message: 'an error that cannot be described' } satisfies Failure);
  }
}
