import { Buffer } from 'buffer';
import { ask } from '../bridge.js';

interface Wire {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Record<string, string>;
  readonly url: string;
  readonly bytes: string;
}

/** The part of a `Response` functions read (WHATWG Fetch). */
class Response {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly url: string;
  readonly ok: boolean;
  readonly #bytes: Buffer;

  constructor(wire: Wire) {
    this.status = wire.status;
    this.statusText = wire.statusText;
    this.headers = new Headers(wire.headers);
    this.url = wire.url;
    this.ok = wire.status >= 200 && wire.status < 300;
    this.#bytes = Buffer.from(wire.bytes, 'base64');
  }
  text = async (): Promise<string> => this.#bytes.toString('utf8');
  json = async (): Promise<unknown> => JSON.parse(this.#bytes.toString('utf8'));
  arrayBuffer = async (): Promise<ArrayBuffer> => new Uint8Array(this.#bytes).buffer;
}

/** A call without credentials or retries, under the outbound policy (spec/functions.md §2.1). */
export async function uncontrolledFetch(request: {
  url: URL | string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | null;
}) {
  return new Response(
    await ask<Wire>('fetch', {
      url: String(request.url),
      method: request.method ?? 'GET',
      headers: request.headers,
      body: request.body ?? undefined,
    }),
  );
}
