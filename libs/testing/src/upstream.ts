import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request an upstream got, body included. */
export interface UpstreamRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body parsed, undefined where it is not JSON. */
  readonly json: unknown;
}

export interface UpstreamReply {
  /** 200 if not given. */
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Sent as JSON, text and bytes as they are. */
  readonly body?: unknown;
  /** Cuts the connection instead of answering. */
  readonly destroy?: boolean;
}

export type UpstreamHandler = (request: UpstreamRequest) => UpstreamReply | Promise<UpstreamReply>;

/** An API of somebody else, on loopback and under the test's control. */
export interface Upstream {
  /** Base address without a trailing slash. */
  readonly url: string;
  /** Requests answered by a handler, oldest first; streamed ones are not kept. */
  readonly requests: UpstreamRequest[];
  /** Answers a method (`*` for any) and path; the newest matching handler wins. Anything else is a 404. */
  on(method: string, path: string, handler: UpstreamHandler): void;
  /** Sends the request's body back as it comes, with its content type. */
  stream(method: string, path: string): void;
  close(): Promise<void>;
}

type Respond = (message: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

interface Route {
  readonly method: string;
  readonly path: string;
  readonly respond: Respond;
}

/** Starts an upstream on a free loopback port. */
export async function startUpstream(): Promise<Upstream> {
  const routes: Route[] = [];
  const requests: UpstreamRequest[] = [];
  const server = createServer((message, response) => {
    const url = new URL(message.url ?? '/', 'http://upstream');
    const route = routes.findLast(({ method, path }) => path === url.pathname && (method === '*' || method === message.method));
    const respond = route?.respond ?? ((_message, reply) => send(reply, { status: 404, body: { error: 'no such route' } }));
    void respond(message, response, url).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    on: (method, path, handler) => void routes.push({ method, path, respond: handled(handler, requests) }),
    stream: (method, path) => void routes.push({ method, path, respond: mirror }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const handled =
  (handler: UpstreamHandler, requests: UpstreamRequest[]): Respond =>
  async (message, response, url) => {
    const request = await read(message, url);
    requests.push(request);
    await send(response, await handler(request));
  };

async function mirror(message: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': message.headers['content-type'] ?? 'application/octet-stream' });
  message.pipe(response);
}

async function read(message: IncomingMessage, url: URL): Promise<UpstreamRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: message.headers,
    text,
    json: parsed(text),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function send(response: ServerResponse, { status = 200, headers = {}, body, destroy }: UpstreamReply): Promise<void> {
  if (destroy) {
    response.destroy();
    return;
  }
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const type = isRaw ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(status, { ...(body === undefined ? {} : { 'content-type': type }), ...headers });
  response.end(body === undefined ? undefined : isRaw ? body : JSON.stringify(body));
}
