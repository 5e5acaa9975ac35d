import { type Issue, Problem } from '../domain/problem.js';
import type { Connected, ConnectSession, Integration, Provider } from './wire.js';

const READ_WITHIN_MS = 30_000;
const CONNECT_WITHIN_MS = 90_000;

/** The API, as the holder of a session token may use it. */
export class ApiClient {
  /** @param apiUrl without a trailing slash */
  constructor(
    readonly apiUrl: string,
    readonly token: string,
  ) {}

  session(): Promise<ConnectSession> {
    return this.#read('/connect/session');
  }

  integrations(): Promise<Integration[]> {
    return this.#read('/integrations');
  }

  /** A catalogue entry, with its texts in a language where the server has them. */
  provider(name: string, language: string): Promise<Provider> {
    return this.#read(`/providers/${encodeURIComponent(name)}`, { 'accept-language': language });
  }

  /** Posts credentials to one of the endpoints that need no popup (spec/api.md §3.18). */
  async connect(path: string, query: URLSearchParams, body: object | undefined): Promise<Connected> {
    query.set('connect_session_token', this.token);
    return (await this.#fetch(`${path}?${query}`, {
      method: 'POST',
      signal: AbortSignal.timeout(CONNECT_WITHIN_MS),
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    })) as Connected;
  }

  /** Where a popup begins the authorization whose result goes to a socket. */
  popupAddress(path: string, query: URLSearchParams, socketId: string): string {
    query.set('connect_session_token', this.token);
    query.set('ws_client_id', socketId);
    return `${this.apiUrl}${path}?${query}`;
  }

  async #read<Data>(path: string, headers: Record<string, string> = {}): Promise<Data> {
    const reply = await this.#fetch(path, {
      headers: { ...headers, authorization: `Bearer ${this.token}` },
      signal: AbortSignal.timeout(READ_WITHIN_MS),
    });
    return (reply as { data: Data }).data;
  }

  /** @throws Problem */
  async #fetch(path: string, init: RequestInit): Promise<unknown> {
    const reply = await fetch(`${this.apiUrl}${path}`, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer' }).catch(
      (error: unknown) => {
        throw new Problem('unreachable', error instanceof Error ? error.message : '');
      },
    );
    const body: unknown = await reply.json().catch(() => undefined);
    if (!reply.ok || hasError(body)) throw problemIn(reply.status, body);
    return body;
  }
}

interface ErrorBody {
  readonly error: { readonly code?: string; readonly message?: string; readonly errors?: readonly Issue[] };
}

/** Some failures come with status 200 (spec/api.md §3.18, TBA). */
const hasError = (body: unknown): body is ErrorBody => typeof body === 'object' && body !== null && 'error' in body;

function problemIn(status: number, body: unknown): Problem {
  if (!hasError(body)) return new Problem(status >= 500 ? 'server_error' : 'unknown_error', `HTTP ${status}`, status);
  const { code, message, errors } = body.error;
  const issues = errors ?? [];
  return new Problem(code ?? 'unknown_error', message ?? issues.map((issue) => issue.message).join('; '), status, issues);
}
