import type { Ask } from '../bridge.js';
import { describeBody } from './http.js';
import { FetchResponse, type FetchedWire } from './fetch-response.js';

interface FetchRequest {
  readonly url: URL | string;
  readonly method?: string;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: unknown;
}

const BODYLESS = new Set(['GET', 'HEAD']);

/** A call without credentials or retries, under the outbound policy (spec/functions.md §2.1). */
export const uncontrolledFetch =
  (ask: Ask) =>
  async ({ url, method = 'GET', headers, body }: FetchRequest): Promise<FetchResponse> => {
    const verb = method.toUpperCase();
    const described = describeBody(isKnown(body) ? body : String(body));
    if (described && BODYLESS.has(verb)) throw new TypeError(`a request with the method ${verb} cannot have a body`);
    const sent = Object.fromEntries(new Headers(headers ?? {}) as unknown as Iterable<[string, string]>);
    return new FetchResponse(await ask<FetchedWire>('fetch', { url: String(url), method: verb, headers: sent, body: described }));
  };

/** Anything else is its text, as `fetch` has it. */
const isKnown = (body: unknown): boolean =>
  body === undefined ||
  body === null ||
  body instanceof URLSearchParams ||
  body instanceof ArrayBuffer ||
  ArrayBuffer.isView(body);
