import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { type Dispatcher } from 'undici';
import { AppError, messageOf } from '#libs/kernel';
import { decideHost, type OutboundPolicy, RefusedAddress, redirectOf, type Verdict } from '#libs/outbound';
import { bodyWait } from './domain/body-wait.js';
import { buildRequest } from './domain/build-request.js';
import type { OutboundRequest, ProxyCall } from './domain/outbound-request.js';
import { canonicalNetworkCode } from './domain/network-errors.js';
import { type AttemptOutcome, type RetryOptions, retryDecision } from './domain/retry-decision.js';
import { exchange } from './exchange.js';
import { IdentityDispatchers } from './identity-dispatchers.js';
import { type ResendableBody, resendable } from './resendable-body.js';
import type { UpstreamResponse } from './upstream-response.js';

export interface SendOptions extends Partial<RetryOptions> {
  /** Gives up the request, a wait between attempts, and the answer's body. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Asked before another attempt: the request to make then, with credentials read anew. Null keeps the answer of the attempt
   * before, because another could not end otherwise.
   */
  readonly renew?: ((outcome: AttemptOutcome) => Promise<OutboundRequest | null>) | undefined;
  /** Told of every attempt, the last one included. */
  readonly onAttempt?: ((attempt: Attempt) => void) | undefined;
}

/** How long an upstream is waited for, in milliseconds; 0 for ever. */
export interface Patience {
  /** For the head of its answer, from when it has the request. */
  readonly headersTimeout?: number;
  /** For more of its answer, while the caller reads. */
  readonly bodyTimeout?: number;
}

/** One attempt, for logs. */
export interface Attempt {
  readonly request: OutboundRequest;
  readonly outcome: AttemptOutcome;
  /** 0 is the first. */
  readonly number: number;
  /** Until the answer's headers, in milliseconds. */
  readonly durationMs: number;
  /** Set when another attempt follows, after this time at the longest. */
  readonly retryInMs?: number | undefined;
}

type Answer = UpstreamResponse | { readonly error: AppError; readonly code: string };

/** How much of a refusal is read to learn how long to wait. */
const WAIT_BODY_BYTES = 64 * 1024;

/**
 * Sends requests: connections kept alive per origin, redirects followed under the outbound policy, attempts repeated as
 * provider and caller say (spec/auth.md §6.6-6.8). Bodies stream both ways.
 */
export class ProxyTransport {
  readonly #verdicts = new LRUCache<string, Verdict>({ max: 2_000 });
  readonly #identities: IdentityDispatchers;

  /**
   * @param dispatcher of `createOutboundDispatcher`, with the same policy
   * @param patience how long an upstream is waited for; as long as undici waits where it is not said
   */
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly policy: OutboundPolicy,
    private readonly patience: Patience = {},
  ) {
    this.#identities = new IdentityDispatchers(policy);
  }

  /** The request a call becomes, under this transport's policy. See `buildRequest`. */
  build(call: ProxyCall): OutboundRequest {
    return buildRequest(call, this.policy);
  }

  /** Breaks off what is still under way. */
  async close(): Promise<void> {
    await Promise.all([this.dispatcher.destroy(), this.#identities.destroy()]);
  }

  /**
   * The upstream's answer, whatever its status. A streamed body longer than a mebibyte is sent once: no attempt follows it.
   * @throws AppError `upstream_unreachable` (payload `{code, method}`), `base_url_override_not_allowed`,
   * `proxy_redirect_to_denied_host`, `unsupported_auth` for a body that cannot be signed; the signal's reason when it fires
   */
  async send(request: OutboundRequest, options: SendOptions = {}): Promise<UpstreamResponse> {
    const bodies = [resendable(request.body, (options.retries ?? 0) > 0)];
    try {
      return await this.#send(request, options, bodies);
    } finally {
      for (const body of bodies) body.release();
    }
  }

  /** @param bodies of the first request; those of others are added */
  async #send(request: OutboundRequest, options: SendOptions, bodies: ResendableBody[]): Promise<UpstreamResponse> {
    const retry = { retries: 0, ...options };
    let body = bodies[0]!;
    let current = request;
    for (let number = 0; ; number += 1) {
      const headers = current.sign ? await current.sign(current) : current.headers;
      const startedAt = performance.now();
      const answer = await this.#attempt(current, headers, body, options.signal);
      const durationMs = performance.now() - startedAt;
      const outcome = 'error' in answer ? { code: answer.code } : { status: answer.status, headers: answer.headers };
      const decision = retryDecision(outcome, number, retry, current.retry, new Date());
      const repeats = decision.retry && body.canResend;
      options.onAttempt?.({
        request: headers === current.headers ? current : { ...current, headers },
        outcome,
        number,
        durationMs,
        ...(repeats ? { retryInMs: decision.waitMs ?? decision.fallbackMs } : {}),
      });
      const next = repeats ? await renewed(options, outcome, answer, current) : null;
      if (!repeats || !next) return settled(answer, current);
      const waitMs = decision.waitMs ?? (await waitNamedInBody(answer, current)) ?? decision.fallbackMs;
      discard(answer);
      await delay(waitMs, undefined, { signal: options.signal });
      if (next.body !== current.body) bodies.push((body = resendable(next.body, true)));
      current = next;
    }
  }

  /**
   * One request, and those that redirects lead to: signed anew on the same origin, without proof of who calls on any other.
   * @param signed headers of the first
   */
  async #attempt(
    request: OutboundRequest,
    signed: OutboundRequest['headers'],
    body: ResendableBody,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    let { method, origin, path, headers, sign, identity } = request;
    let sent = signed;
    let sendsBody = request.body !== undefined;
    for (let hop = 0; ; hop += 1) {
      this.#check(origin, hop);
      const target = { method, origin, path, headers: sent, identity, bodyLength: request.bodyLength };
      const answer = await this.#exchange(target, sendsBody ? body : undefined, signal);
      if ('error' in answer) return answer;
      const redirect = this.#redirectOf(answer, { method, origin, path, headers, forwardHeaders: request.forwardHeaders });
      if (!redirect || (redirect.keepsBody && sendsBody && !body.canResend)) return answer;
      answer.discard();
      if (hop === this.policy.maxRedirects)
        return unreachable('ERR_FR_TOO_MANY_REDIRECTS', 'the upstream redirects in circles', method);
      if (redirect.url.origin !== origin && !request.forwardHeaders) sign = identity = undefined;
      ({ method, headers } = redirect);
      origin = redirect.url.origin;
      path = redirect.url.pathname + redirect.url.search;
      sendsBody &&= redirect.keepsBody;
      sent = sign ? await sign({ method, origin, path, headers, body: sendsBody ? request.body : undefined }) : headers;
    }
  }

  #redirectOf(
    answer: UpstreamResponse,
    from: Pick<OutboundRequest, 'method' | 'origin' | 'path' | 'headers' | 'forwardHeaders'>,
  ) {
    const { location } = answer.headers;
    if (typeof location !== 'string' || this.policy.maxRedirects === 0) return undefined;
    return redirectOf({ ...from, url: new URL(from.origin + from.path) }, answer.status, location);
  }

  async #exchange(
    request: Pick<OutboundRequest, 'method' | 'origin' | 'path' | 'headers' | 'identity' | 'bodyLength'>,
    body: ResendableBody | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const { origin, path, method, identity, bodyLength } = request;
    const length = body && bodyLength !== undefined ? { 'content-length': String(bodyLength) } : undefined;
    const headers = length ? { ...request.headers, ...length } : request.headers;
    const dispatcher = identity ? this.#identities.of(identity) : this.dispatcher;
    try {
      return await exchange(
        dispatcher,
        { origin, path, method, headers, body: body ? body.take() : null, ...this.patience },
        signal,
      );
    } catch (error) {
      if (signal?.aborted) throw error;
      return failureOf(error, request.method);
    }
  }

  #check(origin: string, hop: number): void {
    let verdict = this.#verdicts.get(origin);
    if (!verdict) this.#verdicts.set(origin, (verdict = decideHost(origin, this.policy)));
    if (verdict.allowed) return;
    throw new AppError(hop === 0 ? 'base_url_override_not_allowed' : 'proxy_redirect_to_denied_host', verdict.reason);
  }
}

/** What no other attempt can cure is thrown at once; failures of the network are answers that may be followed by another attempt. */
function failureOf(error: unknown, method: string): Answer {
  if (error instanceof RefusedAddress) throw new AppError('base_url_override_not_allowed', error.message, { cause: error });
  const code = canonicalNetworkCode(error);
  if (code === undefined) throw error;
  return unreachable(code, messageOf(error) || code, method, error);
}

function unreachable(code: string, message: string, method: string, cause?: unknown): Answer {
  return { code, error: new AppError('upstream_unreachable', message, { payload: { code, method }, cause }) };
}

function settled(answer: Answer, request: OutboundRequest): UpstreamResponse {
  if ('error' in answer) throw answer.error;
  return request.decompress ? answer.decompressed() : answer;
}

function discard(answer: Answer): void {
  if (!('error' in answer)) answer.discard();
}

async function renewed(
  { renew }: SendOptions,
  outcome: AttemptOutcome,
  answer: Answer,
  current: OutboundRequest,
): Promise<OutboundRequest | null> {
  if (!renew) return current;
  try {
    return await renew(outcome);
  } catch (error) {
    discard(answer);
    throw error;
  }
}

async function waitNamedInBody(answer: Answer, request: OutboundRequest): Promise<number | undefined> {
  const rule = request.retry?.in_body;
  if (!rule || 'error' in answer) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.decompressed().body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > WAIT_BODY_BYTES) break;
    }
  } catch {
    return undefined; // a refusal that breaks off names no wait
  }
  return bodyWait(Buffer.concat(chunks).toString('utf8'), rule, new Date());
}
