import { Pool } from 'undici';
import { HostError } from './host-error.js';
import { ServiceRefusal } from './service-refusal.js';

export interface ServiceCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly token: string;
  /** JSON text. */
  readonly body?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export interface ServiceClientOptions {
  readonly connections: number;
  /** Tries of a service that cannot be reached. */
  readonly attempts: number;
  /** How long an answer may take. */
  readonly answerMs: number;
}

const DEFAULTS: ServiceClientOptions = { connections: 64, attempts: 4, answerMs: 60_000 };
const RETRY_MS = 250;
const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT']);

/** One of our own services, as a run sees it. */
export type Service = Pick<ServiceClient, 'call' | 'close'>;

/**
 * HTTP to one of our own services under an execution token. A service that is briefly away is tried again: batches carry an id, so a batch
 * that arrived but was not answered is not written twice.
 */
export class ServiceClient {
  readonly #pool: Pool;

  constructor(
    base: string,
    private readonly name: string,
    private readonly options: ServiceClientOptions = DEFAULTS,
  ) {
    this.#pool = new Pool(base, {
      connections: options.connections,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      headersTimeout: options.answerMs,
      bodyTimeout: options.answerMs,
    });
  }

  /** @throws ServiceRefusal with the service's own code and message, HostError where it cannot be reached */
  async call<Answer>(request: ServiceCall): Promise<Answer> {
    const { statusCode, headers, body } = await this.#send(request, 1);
    const text = await body.text();
    if (statusCode >= 200 && statusCode < 300) return (text === '' ? undefined : JSON.parse(text)) as Answer;
    throw new ServiceRefusal(this.name, request, { status: statusCode, headers, text });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #send(request: ServiceCall, attempt: number): Promise<Awaited<ReturnType<Pool['request']>>> {
    try {
      return await this.#pool.request({
        method: request.method,
        path: request.path,
        headers: {
          authorization: `Bearer ${request.token}`,
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...request.headers,
        },
        body: request.body ?? null,
        signal: request.signal ?? null,
      });
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      if (attempt >= this.options.attempts || !UNREACHABLE.has(code)) {
        throw new HostError({ name: 'Error', message: `the ${this.name} service cannot be reached (${code})`, code });
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * 2 ** attempt));
      return this.#send(request, attempt + 1);
    }
  }
}
