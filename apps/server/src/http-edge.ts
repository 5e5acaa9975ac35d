import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { AppError, toErrorBody } from '#libs/kernel';

/** Paths whose requests must be JSON when they carry a Content-Type (spec/api.md §0.1). */
const JSON_ONLY =
  /^\/(oauth\/connect|api-auth|auth|providers|environments|integrations|connections?|environment-variables|environment|sync|cli|records|mcp|scripts|functions|action|connect|v1)(\/|\?|$)/;

const ALLOWED_HEADERS =
  'Authorization, Content-Type, Accept, Origin, X-Requested-With, Nango-Activity-Log-Id, Nango-Is-Dry-Run, Nango-Is-Sync, ' +
  'Provider-Config-Key, Connection-Id, Sentry-Trace, Baggage';
const EXPOSED_HEADERS =
  'Authorization, Etag, Content-Type, Content-Length, X-Nango-Signature, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset';

/** Headers every answer carries: CORS for browsers (spec/api.md §7.3) and hardening (§0.1). */
export const EDGE_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': EXPOSED_HEADERS,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'strict-transport-security': 'max-age=5184000',
  'referrer-policy': 'strict-origin',
};

/** The answer to a browser that asks what it may send. */
export const PREFLIGHT_HEADERS = {
  ...EDGE_HEADERS,
  'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
  'access-control-allow-headers': ALLOWED_HEADERS,
  'access-control-max-age': '600',
};

/** What the public port does before and after any route: CORS, hardening headers, the content-type gate. */
export function registerHttpEdge(app: NestFastifyApplication): void {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers(EDGE_HEADERS);
    if (isPreflight(request)) return reply.headers(PREFLIGHT_HEADERS).status(204).send();
    if (refusesContentType(request)) return refuse(reply);
    return undefined;
  });
}

/** Whether a browser asks before it sends a request of another origin. */
export const isPreflight = (request: Pick<IncomingMessage, 'method' | 'headers'>): boolean =>
  request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;

function refusesContentType(request: FastifyRequest): boolean {
  const type = request.headers['content-type'];
  return type !== undefined && !type.startsWith('application/json') && JSON_ONLY.test(request.url);
}

function refuse(reply: FastifyReply) {
  const error = new AppError('invalid_content_type', 'the Content-Type must be application/json');
  return reply.status(error.status).send({ error: toErrorBody(error) });
}
