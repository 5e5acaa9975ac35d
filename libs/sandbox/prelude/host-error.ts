import { Buffer } from 'buffer';
import { axiosHeaders } from './axios-headers.js';
import { ActionError } from './sdk/action-error.js';

/** How the host reports a failed call (runner `host-error.ts`). */
export interface HostError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly payload?: unknown;
  /** The SDK's own error: its code is what the caller of the function is told. */
  readonly isSdk?: boolean;
  /** Present on a failed HTTP call. */
  readonly http?: HttpFacts;
}

interface HttpFacts {
  readonly status?: number;
  readonly response?: Readonly<Record<string, unknown>>;
  /** The response's data, base64, where bytes were asked for. */
  readonly bytes?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** The call was one of this platform's own API. */
  readonly isApi?: boolean;
}

/** By identity, so that no error an author makes passes for one of these. */
const sdkErrors = new WeakSet();
const apiErrors = new WeakSet();
export const isSdkError = (error: object): boolean => sdkErrors.has(error);
export const isApiError = (error: object): boolean => apiErrors.has(error);

/** As axios makes them: `isAxiosError` and `toJSON` are no fields of the error itself. */
class AxiosError extends Error {
  declare readonly code?: string;
  declare readonly status?: number;
  declare readonly config?: object;
  declare readonly request?: object;
  declare readonly response?: object;
  declare readonly isAxiosError: true;

  toJSON(): object {
    const { message, name, stack, config, code, status } = this;
    return { message, name, stack, config, code, status };
  }
}
Object.defineProperty(AxiosError.prototype, 'isAxiosError', { value: true });
Object.defineProperty(AxiosError, 'name', { value: 'AxiosError' });

/** An error of the same kind as the one outside. */
export function rebuild(error: HostError): Error {
  if (error.name === 'ActionError') return new ActionError(error.payload);
  const { name, message, code, payload, http, isSdk } = error;
  const known = { name, ...(code === undefined ? {} : { code }) };
  if (http) return ofHttp(Object.assign(new AxiosError(message), known), http);
  const rebuilt = Object.assign(error.name === 'TypeError' ? new TypeError(message) : new Error(message), known);
  if (payload !== undefined) Object.assign(rebuilt, { payload });
  if (isSdk) sdkErrors.add(rebuilt);
  return rebuilt;
}

function ofHttp(error: AxiosError, { status, response, bytes, config, isApi }: HttpFacts): AxiosError {
  const request = requestOf(config);
  const data = bytes === undefined ? {} : { data: Buffer.from(bytes, 'base64') };
  Object.assign(
    error,
    { config, request },
    status === undefined ? {} : { status },
    response ? { response: { ...withMethods(response), ...data, config, request } } : {},
  );
  if (isApi) apiErrors.add(error);
  return error;
}

/** The headers of an answer can be asked as those of axios. */
function withMethods(response: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { headers } = response;
  return typeof headers === 'object' && headers !== null ? { ...response, headers: axiosHeaders(headers) } : response;
}

/** The little that there is to say of axios' `request` where there is no socket. */
export function requestOf({ method, url }: Readonly<Record<string, unknown>> = {}): object {
  return { method: typeof method === 'string' ? method.toUpperCase() : 'GET', path: url };
}
