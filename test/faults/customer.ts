import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { Stack } from '#libs/testing';
import { of } from '../e2e/support/api.js';

/** A call without an end is a failure of the proxy, not a reason to wait. */
const PATIENCE_MS = 20_000;

export interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Byte for byte: a character a byte. */
  readonly body: string;
  readonly breaksOff?: true;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Calls one connection through Fairlead, all on one socket as long as that holds. */
export class Customer {
  readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(
    private readonly stack: Pick<Stack, 'baseUrl' | 'secretKey'>,
    private readonly connection: { readonly key: string; readonly id: string },
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** What tells Fairlead who calls whom. */
  headers(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { authorization: `Bearer ${this.stack.secretKey}`, ...of(this.connection.key, this.connection.id), ...more };
  }

  async call(path: string, { method = 'GET', headers, body }: Call = {}): Promise<Seen> {
    const outgoing = this.open(path, {
      method,
      headers: { ...headers, ...(body ? { 'content-length': String(Buffer.byteLength(body)) } : {}) },
    });
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    outgoing.on('error', () => undefined); // of an upload that goes on after its answer
    return seen(incoming);
  }

  /** A request whose body is still to be written. */
  open(path: string, { method = 'GET', headers }: Call = {}) {
    return request(`${this.stack.baseUrl}/proxy${path}`, {
      method,
      headers: this.headers(headers),
      agent: this.agent,
      signal: AbortSignal.timeout(this.patienceMs),
    });
  }
}

async function seen(incoming: IncomingMessage): Promise<Seen> {
  const { statusCode: status = 0, headers } = incoming;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    return { status, headers, body: Buffer.concat(chunks).toString('latin1'), breaksOff: true };
  }
  return { status, headers, body: Buffer.concat(chunks).toString('latin1') };
}
