import type { UrlPolicy } from '#libs/contracts';
import { AppError, messageOf } from '#libs/kernel';
import { decideHost, type Outbound, type OutboundConnections, RefusedAddress, redirectOf, type Verdict } from '#libs/outbound';
import type { EndSignal } from './call-clock.js';
import { buildRequest } from './domain/build-request.js';
import type { OutboundRequest, ProxyCall } from './domain/outbound-request.js';
import { canonicalNetworkCode } from './domain/network-errors.js';
import { exchange } from './exchange.js';
import type { ResendableBody } from './resendable-body.js';
import { type SendLimits, sendLimits } from './send-limits.js';
import type { SendOptions } from './send-options.js';
import { type Answer, type MakeAttempt, Sending } from './sending.js';
import type { UpstreamResponse } from './upstream-response.js';

/**
 * Sends requests: connections kept alive per origin, redirects followed under the outbound policy, attempts repeated as
 * provider and caller say (spec/auth.md §6.6-6.8). Bodies stream both ways.
 */
export class ProxyTransport {
  /**
   * @param outbound is closed with the transport
   * @param limits of every call; the usual ones where they are not given
   */
  constructor(
    private readonly outbound: Outbound,
    private readonly limits: SendLimits = sendLimits(),
  ) {}

  /** The request a call becomes, under this transport's policy. See `buildRequest`. */
  build(call: ProxyCall): OutboundRequest {
    return buildRequest(call, this.outbound.policy);
  }

  /**
   * Judges an address as far as its text tells, for calls that no connection is behind.
   * @throws AppError `base_url_override_not_allowed`
   */
  check(url: URL, own: UrlPolicy | undefined): void {
    refuse(decideHost(url, this.outbound.under(own).policy), 0);
  }

  /** Breaks off what is still under way. */
  async close(): Promise<void> {
    await this.outbound.destroy();
  }

  /**
   * The upstream's answer, whatever its status. A streamed body longer than what is remembered is sent once: where another attempt was
   * due, the header `fairlead-retry` of the answer says why there was none, as the message and `retryRefused` of an error do.
   * @throws AppError `upstream_unreachable` (payload `{code, method, retryRefused?}`), `base_url_override_not_allowed`,
   * `proxy_redirect_to_denied_host`, `unsupported_auth` for a body that cannot be signed; the signal's reason when it fires
   */
  send(request: OutboundRequest, options: SendOptions = {}): Promise<UpstreamResponse> {
    return new Sending(this.#makeAttempt, request, options, this.limits).run();
  }

  readonly #makeAttempt: MakeAttempt = (request, headers, body, signal) => this.#attempt(request, headers, body, signal);

  /**
   * One request, and those that redirects lead to: signed anew on the same origin, without proof of who calls on any other.
   * @param signed headers of the first
   */
  async #attempt(
    request: OutboundRequest,
    signed: OutboundRequest['headers'],
    body: ResendableBody,
    signal: EndSignal,
  ): Promise<Answer> {
    let { method, origin, path, headers, sign, identity } = request;
    let sent = signed;
    let sendsBody = request.body !== undefined;
    for (let hop = 0; ; hop += 1) {
      const connections = this.outbound.under(request.outboundPolicy);
      if (hop === 0) refuse(connections.decide(origin), hop);
      const target = { method, origin, path, headers: sent, identity, bodyLength: request.bodyLength };
      const answer = await this.#exchange(connections, target, sendsBody ? body : undefined, signal, hop);
      if ('error' in answer) return answer;
      const { policy } = connections;
      const from = { method, origin, path, headers, forwardHeaders: request.forwardHeaders };
      const redirect = policy.maxRedirects === 0 ? undefined : redirectFrom(answer, from);
      const leaves = redirect && redirect.url.origin !== origin && !request.forwardHeaders;
      const mayKeepBody = body.canResend && !(leaves && request.hasInjectedBody);
      if (!redirect || (redirect.keepsBody && sendsBody && !mayKeepBody)) return answer;
      answer.discard();
      if (hop === policy.maxRedirects)
        return unreachable('ERR_FR_TOO_MANY_REDIRECTS', 'the upstream redirects in circles', method);
      refuse(decideHost(redirect.url, policy), hop + 1);
      if (leaves) sign = identity = undefined;
      ({ method, headers } = redirect);
      origin = redirect.url.origin;
      path = redirect.url.pathname + redirect.url.search;
      sendsBody &&= redirect.keepsBody;
      sent = sign ? await sign({ method, origin, path, headers, body: sendsBody ? request.body : undefined }) : headers;
    }
  }

  async #exchange(
    connections: OutboundConnections,
    request: Pick<OutboundRequest, 'method' | 'origin' | 'path' | 'headers' | 'identity' | 'bodyLength'>,
    body: ResendableBody | undefined,
    signal: EndSignal,
    hop: number,
  ): Promise<Answer> {
    const { origin, path, method, identity, bodyLength } = request;
    const length = body && bodyLength !== undefined ? { 'content-length': String(bodyLength) } : undefined;
    const headers = length ? { ...request.headers, ...length } : request.headers;
    const { headMs, idleMs } = this.limits;
    try {
      return await exchange(
        connections.dispatcher(identity),
        { origin, path, method, headers, body: body ? body.take() : null, headersTimeout: headMs, bodyTimeout: idleMs },
        signal,
      );
    } catch (error) {
      if (signal.aborted) throw error;
      return failureOf(error, method, hop);
    }
  }
}

function refuse(verdict: Verdict, hop: number): void {
  if (!verdict.allowed) throw refusal(hop, verdict.reason);
}

/** What the outbound policy says no to: a call, or where it is redirected to. */
const refusal = (hop: number, reason: string, cause?: unknown): AppError =>
  new AppError(hop === 0 ? 'base_url_override_not_allowed' : 'proxy_redirect_to_denied_host', reason, { cause });

function redirectFrom(
  answer: UpstreamResponse,
  from: Pick<OutboundRequest, 'method' | 'origin' | 'path' | 'headers' | 'forwardHeaders'>,
) {
  const { location } = answer.headers;
  if (typeof location !== 'string') return undefined;
  return redirectOf({ ...from, url: new URL(from.origin + from.path) }, answer.status, location);
}

/** What no other attempt can cure is thrown at once; failures of the network are answers that may be followed by another attempt. */
function failureOf(error: unknown, method: string, hop: number): Answer {
  if (error instanceof RefusedAddress) throw refusal(hop, error.message, error);
  const code = canonicalNetworkCode(error);
  if (code === undefined) throw error;
  return unreachable(code, messageOf(error) || code, method, error);
}

function unreachable(code: string, message: string, method: string, cause?: unknown): Answer {
  return { code, error: new AppError('upstream_unreachable', message, { payload: { code, method }, cause }) };
}
