import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import type { AddressInfo } from 'node:net';
import { AppError, toErrorBody } from '#libs/kernel';
import { type ConnectUiFiles, readConnectUi, type ServedFile } from './connect-ui-files.js';
import { ASSET_HEADERS, COMMON_HEADERS, pageHeaders } from './domain/page-headers.js';

export interface ConnectUiOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Public address of the API the page talks to. */
  readonly apiUrl: string;
}

/** The Connect UI, listening on a port and thus an origin of its own (spec/auth.md §7). */
export interface ConnectUiServer {
  /** Without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the built page from memory. @throws ConfigError when it was never built */
export async function startConnectUi({ host, port, apiUrl }: ConnectUiOptions): Promise<ConnectUiServer> {
  const app = createApp(readConnectUi(apiUrl), apiUrl);
  await app.listen({ host, port });
  const { port: taken } = app.server.address() as AddressInfo;
  return { url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${taken}`, close: () => app.close() };
}

function createApp({ page, assets }: ConnectUiFiles, apiUrl: string) {
  const app = fastify({ logger: false, forceCloseConnections: 'idle' });
  const sendPage = (request: FastifyRequest<{ Querystring: { apiURL?: unknown } }>, reply: FastifyReply) =>
    send(request, reply, page, pageHeaders(apiUrl, request.query.apiURL, request.headers['sec-fetch-dest']));
  app.get('/', sendPage);
  app.get('/index.html', sendPage);
  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const file = assets.get(request.params.name);
    return file ? send(request, reply, file, ASSET_HEADERS) : sendNotFound(reply);
  });
  app.get('/health', async () => ({ result: 'ok' }));
  app.setNotFoundHandler((_request, reply) => sendNotFound(reply));
  return app;
}

function send(request: FastifyRequest, reply: FastifyReply, file: ServedFile, headers: Record<string, string>) {
  const accepted = request.headers['accept-encoding'] ?? '';
  const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
  if (encoding) reply.header('content-encoding', encoding);
  return reply
    .headers(headers)
    .type(file.type)
    .send(file[encoding ?? 'plain']);
}

function sendNotFound(reply: FastifyReply) {
  const error = new AppError('not_found', 'there is no such page here');
  return reply
    .headers(COMMON_HEADERS)
    .status(error.status)
    .send({ error: toErrorBody(error) });
}
