import { STATUS_CODES } from 'node:http';
import type { Readable } from 'node:stream';
import type { UrlPolicy } from '#libs/contracts';
import { AppError } from '#libs/kernel';
import { decideHost, Outbound, type OutboundConfig, type OutboundOptions, parseOutboundPolicy } from '#libs/outbound';
import { buildRequest, type OutboundRequest, type ProxyCall, ProxyTransport, type SendOptions } from '#libs/proxy';

/** An upstream's answer, read to its end. */
export interface Received {
  readonly status: number;
  readonly statusText: string;
  /** Lower-case names; `set-cookie` may hold several values. */
  readonly headers: Record<string, string | string[]>;
  readonly bytes: Buffer;
}

/** A function holds an answer in an isolate of limited memory, so a longer one could not be used anyway. */
const MAX_ANSWER_BYTES = 64 * 1024 ** 2;

/** HTTP to providers and, under the same outbound policy, to anywhere else a function calls. */
export class ProviderHttp {
  readonly #outbound: Outbound;
  readonly #transport: ProxyTransport;

  constructor(config: OutboundConfig, options?: OutboundOptions) {
    this.#outbound = new Outbound(parseOutboundPolicy(config), options);
    this.#transport = new ProxyTransport(this.#outbound);
  }

  /** The request with the connection's credentials. @throws AppError when the call cannot be made into one */
  build(call: ProxyCall): OutboundRequest {
    return buildRequest(call, this.#outbound.policy);
  }

  /** @throws AppError `upstream_unreachable` with payload `{code}` where no answer came, and for addresses the policy refuses */
  async send(request: OutboundRequest, options: SendOptions): Promise<Received> {
    const { status, headers, body } = await this.#transport.send(request, options);
    return {
      status,
      statusText: STATUS_CODES[status] ?? '',
      headers: Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string | string[]] => !!entry[1])),
      bytes: await readAll(body, request.method),
    };
  }

  /**
   * A request without credentials or retries.
   * @param outboundPolicy of the environment on whose behalf it is made
   * @throws AppError as `send` does
   */
  fetch(
    url: URL,
    request: { method: string; headers: Record<string, string>; body: string | undefined },
    signal: AbortSignal,
    outboundPolicy: UrlPolicy | undefined,
  ): Promise<Received> {
    const verdict = decideHost(url, this.#outbound.under(outboundPolicy).policy);
    if (!verdict.allowed) throw new AppError('base_url_override_not_allowed', verdict.reason);
    const plain: OutboundRequest = {
      ...request,
      origin: url.origin,
      path: url.pathname + url.search,
      bodyLength: undefined,
      forwardHeaders: false,
      decompress: true,
      retry: undefined,
      credentialHeaders: [],
      secrets: [],
      outboundPolicy,
    };
    return this.send(plain, { signal });
  }

  /** Breaks off what is under way: a body nobody reads would otherwise be waited for. */
  async close(): Promise<void> {
    await this.#transport.close();
  }
}

async function readAll(body: Readable, method: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    const code = (error as { code?: string }).code ?? 'ECONNRESET';
    throw new AppError('upstream_unreachable', 'the upstream broke off its answer', { payload: { code, method }, cause: error });
  }
  if (size <= MAX_ANSWER_BYTES) return Buffer.concat(chunks, size);
  throw new AppError('upstream_unreachable', `the answer is longer than ${MAX_ANSWER_BYTES} bytes`, {
    payload: { code: 'ERR_BAD_RESPONSE', method },
  });
}
