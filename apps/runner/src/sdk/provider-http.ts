import { STATUS_CODES } from 'node:http';
import type { Readable } from 'node:stream';
import { AppError } from '#libs/kernel';
import type { OutboundOptions } from '#libs/outbound';
import { openTransport, type OutboundRequest, type ProxyCall, type SendOptions, type TransportConfig } from '#libs/proxy';

/** An upstream's answer, read to its end. */
export interface Received {
  readonly status: number;
  readonly statusText: string;
  /** Lower-case names. As in Node, values of one name are one text, but for `set-cookie`. */
  readonly headers: Record<string, string | string[]>;
  readonly bytes: Buffer;
}

/** A function holds an answer in an isolate of limited memory, so a longer one could not be used anyway. */
const MAX_ANSWER_BYTES = 64 * 1024 ** 2;

/** HTTP to providers and, under the same outbound policy, to anywhere else a function calls; by the transport that the proxy uses. */
export class ProviderHttp {
  readonly #transport;

  constructor(config: TransportConfig, options?: OutboundOptions) {
    // Calls of a function end with its run, which says when that is.
    this.#transport = openTransport({ ...config, FAIRLEAD_PROXY_TOTAL_TIMEOUT_MS: 0 }, options);
  }

  /** The request with the connection's credentials. @throws AppError when the call cannot be made into one */
  build(call: ProxyCall): OutboundRequest {
    return this.#transport.build(call);
  }

  /** @throws AppError `upstream_unreachable` with payload `{code}` where no answer came, and for addresses the policy refuses */
  async send(request: OutboundRequest, options: SendOptions): Promise<Received> {
    const { status, headers, body } = await this.#transport.send(request, options);
    return {
      status,
      statusText: STATUS_CODES[status] ?? '',
      headers: plainHeaders(headers),
      bytes: await readAll(body, request.method),
    };
  }

  /**
   * A request without credentials or retries.
   * @param request with the policy of the environment on whose behalf it is made, and what must not be seen in a log
   * @throws AppError as `send` does
   */
  fetch(
    url: URL,
    request: Pick<OutboundRequest, 'method' | 'headers' | 'outboundPolicy' | 'secrets'> & {
      readonly body: string | Buffer | undefined;
    },
    options: Pick<SendOptions, 'signal' | 'totalMs' | 'onAttempt'>,
  ): Promise<Received> {
    this.#transport.check(url, request.outboundPolicy);
    const plain: OutboundRequest = {
      ...request,
      origin: url.origin,
      path: url.pathname + url.search,
      bodyLength: undefined,
      forwardHeaders: false,
      decompress: true,
      retry: undefined,
      credentialHeaders: [],
    };
    return this.send(plain, options);
  }

  /** Breaks off what is under way: a body nobody reads would otherwise be waited for. */
  async close(): Promise<void> {
    await this.#transport.close();
  }
}

const plainHeaders = (headers: Readonly<Record<string, string | string[] | undefined>>): Received['headers'] =>
  Object.fromEntries(
    Object.entries(headers)
      .filter((entry): entry is [string, string | string[]] => !!entry[1])
      .map(([name, value]) => [name, name === 'set-cookie' ? [value].flat() : [value].flat().join(', ')]),
  );

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
