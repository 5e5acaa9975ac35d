import { type Dispatcher, request as send } from 'undici';
import type { UrlPolicy } from '#libs/contracts';
import { AppError, codeOf, messageOf } from '#libs/kernel';
import {
  createOutboundDispatcher,
  decideHost,
  Outbound,
  type OutboundPolicy,
  redirectOf,
  RefusedAddress,
  type Resolve,
} from '#libs/outbound';
import { answerOf } from './domain/answer-text.js';
import { type Call, callOf } from './domain/call.js';
import { redacted, secretsOf } from './domain/redaction.js';
import { readLimited } from './read-limited.js';
import type { TokenReply, TokenRequest } from './token-http.types.js';

export interface TokenHttpOptions {
  readonly policy: OutboundPolicy;
  /** Longest wait for a whole answer, redirects included. */
  readonly timeoutMs?: number;
  /** Largest body that is read. */
  readonly maxBytes?: number;
  /** Instead of the system's resolver. */
  readonly resolve?: Resolve;
}

const TIMEOUT_MS = 20_000;
const MAX_BYTES = 1024 * 1024;

/**
 * HTTP towards providers' authorization servers and APIs (spec/auth.md §6.8): within the outbound policy of OAuth traffic, with a
 * limit on time, size and redirects, and with messages that hold no secret.
 */
export class TokenHttp {
  readonly #outbound: Outbound;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;

  /** @param own policy of the environment requests are made for; see `under` */
  constructor(
    private readonly options: TokenHttpOptions,
    outbound = new Outbound(options.policy, options),
    private readonly own?: UrlPolicy,
  ) {
    this.#outbound = outbound;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
  }

  /** The same client, on behalf of an environment with a policy of its own. Shares connections, and is closed with the first. */
  under(own: UrlPolicy | undefined): TokenHttp {
    return own === undefined ? this : new TokenHttp(this.options, this.#outbound, own);
  }

  /**
   * The answer, of whatever status.
   * @throws AppError `upstream_unreachable` when there is none: refused, not reached, too slow, cut off or too large
   */
  async send(request: TokenRequest): Promise<TokenReply> {
    const connections = this.#outbound.under(this.own);
    const { policy } = connections;
    const certified = request.client && createOutboundDispatcher(policy, { certificate: request.client });
    try {
      const dispatcher = certified ?? connections.dispatcher();
      return await this.#follow(callOf(request), dispatcher, policy, AbortSignal.timeout(this.#timeoutMs));
    } catch (cause) {
      throw this.#unreachable(request, cause);
    } finally {
      await certified?.destroy();
    }
  }

  /** Cuts what is under way. */
  async close(): Promise<void> {
    await this.#outbound.destroy();
  }

  async #follow(first: Call, dispatcher: Dispatcher, policy: OutboundPolicy, signal: AbortSignal): Promise<TokenReply> {
    let call = first;
    for (let left = policy.maxRedirects; ; left -= 1) {
      const verdict = decideHost(call.url, policy);
      if (!verdict.allowed) throw new RefusedAddress(verdict.reason);
      const { url, method, headers, body } = call;
      const reply = await send(url, { method, headers, body: body ?? null, signal, dispatcher });
      const next = redirected(call, reply.statusCode, [reply.headers['location']].flat()[0]);
      if (!next) return await this.#reply(reply);
      await reply.body.dump();
      if (left === 0) throw new AppError('upstream_unreachable', 'it redirects too often');
      call = next;
    }
  }

  async #reply({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<TokenReply> {
    const text = await readLimited(body, [headers['content-encoding']].flat()[0], this.#maxBytes);
    const given = Object.entries(headers).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined);
    return { status: statusCode, headers: Object.fromEntries(given), body: answerOf(text) };
  }

  #unreachable(request: TokenRequest, cause: unknown): AppError {
    const host = URL.parse(request.url)?.host ?? 'the provider';
    const reason = redacted(this.#reasonOf(cause), secretsOf(request));
    const code = cause instanceof AppError ? undefined : codeOf(cause);
    // Causes are not kept: they quote addresses, and those of GET requests hold secrets.
    return new AppError('upstream_unreachable', `No answer from ${host}: ${reason}`, { payload: { ...(code && { code }) } });
  }

  get #law(): string {
    return this.own ? 'the outbound policy of the environment' : 'NANGO_OUTBOUND_URL_POLICY_OAUTH';
  }

  #reasonOf(cause: unknown): string {
    if (cause instanceof RefusedAddress) return `${cause.message}; ${this.#law} says what may be called`;
    if (cause instanceof Error && cause.name === 'TimeoutError') return `it took longer than ${this.#timeoutMs / 1000} seconds`;
    return messageOf(cause);
  }
}

/**
 * The request a redirect asks for, without anything that proves who calls (spec/auth.md §6.8). A body, which holds the secrets
 * of a token request, goes to no other origin.
 */
function redirected(call: Call, status: number, location: string | undefined): Call | undefined {
  const redirect = redirectOf({ ...call, headers: harmless(call.headers), forwardHeaders: true }, status, location);
  if (!redirect) return undefined;
  const { url, method, headers, keepsBody } = redirect;
  if (keepsBody && call.body !== undefined && url.origin !== call.url.origin) {
    throw new AppError('upstream_unreachable', `it redirects to ${url.host}, which credentials are not sent to`);
  }
  return { url, method, headers, body: keepsBody ? call.body : undefined };
}

const HARMLESS = new Set(['accept', 'accept-encoding', 'content-type', 'user-agent']);

const harmless = (headers: Call['headers']): Call['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name)));
