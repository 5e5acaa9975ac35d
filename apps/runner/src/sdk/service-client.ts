import { Pool } from 'undici';
import { HostError } from './host-error.js';
import { type ServiceAnswer, ServiceRefusal } from './service-refusal.js';

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
    const answer = await this.#send(request, 1);
    const { status, text } = answer;
    if (status >= 200 && status < 300) return (text === '' ? undefined : JSON.parse(text)) as Answer;
    throw new ServiceRefusal(this.name, request, answer);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #send(request: ServiceCall, attempt: number): Promise<ServiceAnswer> {
    try {
      return await this.#ask(request);
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      if (attempt >= this.options.attempts || !UNREACHABLE.has(code)) {
        throw new HostError({ name: 'Error', message: `the ${this.name} service cannot be reached (${code})`, code });
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * 2 ** attempt));
      return this.#send(request, attempt + 1);
    }
  }

  /** The whole answer: one that breaks off in the middle is none. */
  async #ask({ method, path, token, body, headers, signal }: ServiceCall): Promise<ServiceAnswer> {
    const answer = await this.#pool.request({
      method,
      path,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body ?? null,
      signal: signal ?? null,
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }
}
