import { Buffer } from 'buffer';

/** An answer as the host hands it over. */
export interface FetchedWire {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Record<string, string | readonly string[]>;
  readonly url: string;
  readonly bytes: string;
}

/** Statuses that come without a body (WHATWG Fetch). */
const NULL_BODY = new Set([204, 205, 304]);

/** An answer with the members of a `Response` (WHATWG Fetch); its body has come whole. */
export class FetchResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly url: string;
  readonly ok: boolean;
  readonly redirected = false;
  readonly type = 'basic';
  bodyUsed = false;
  readonly #wire: FetchedWire;

  constructor(wire: FetchedWire) {
    this.#wire = wire;
    this.status = wire.status;
    this.statusText = wire.statusText;
    this.headers = headersOf(wire.headers);
    this.url = wire.url;
    this.ok = wire.status >= 200 && wire.status < 300;
  }

  /** One chunk, as a stream that can be read or iterated over. */
  get body(): object | null {
    if (NULL_BODY.has(this.status)) return null;
    const read = () => this.#take();
    const chunks = (async function* () {
      const bytes = read();
      if (bytes.length > 0) yield new Uint8Array(bytes);
    })();
    const reader = {
      read: () => chunks.next(),
      cancel: async () => void (await chunks.return(undefined)),
      releaseLock: () => undefined,
    };
    return { locked: false, getReader: () => reader, cancel: reader.cancel, [Symbol.asyncIterator]: () => chunks };
  }

  async text(): Promise<string> {
    const text = this.#take().toString('utf8');
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.#take()).buffer;
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(this.#take());
  }

  clone(): FetchResponse {
    if (this.bodyUsed) throw new TypeError('Response.clone: Body has already been consumed.');
    return new FetchResponse(this.#wire);
  }

  #take(): Buffer {
    if (this.bodyUsed) throw new TypeError('Body is unusable: Body has already been read');
    this.bodyUsed = !NULL_BODY.has(this.status);
    return Buffer.from(this.#wire.bytes, 'base64');
  }
}
Object.defineProperty(FetchResponse, 'name', { value: 'Response' });
Object.defineProperty(FetchResponse.prototype, Symbol.toStringTag, { value: 'Response' });

function headersOf(given: FetchedWire['headers']): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) for (const item of [value].flat()) headers.append(name, item);
  return headers;
}
