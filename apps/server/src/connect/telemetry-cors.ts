import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

const TELEMETRY = /^\/connect\/telemetry\/?(\?|$)/;

const PREFLIGHT = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'Authorization, Content-type',
  'access-control-max-age': '36000',
};

/**
 * Opens telemetry to the Connect UI alone, with credentials, as `sendBeacon` sends them (spec/api.md §7.3). Call it before the edge is
 * registered, which opens all routes to all pages.
 * @param connectUrl public address of the Connect UI
 */
export function registerTelemetryCors(app: NestFastifyApplication, connectUrl: string): void {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  const headers = {
    'access-control-allow-origin': new URL(connectUrl).origin,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  };
  fastify.addHook('onRequest', async (request, reply) => {
    const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    return isPreflight && TELEMETRY.test(request.url) ? reply.headers(PREFLIGHT).status(204).send() : undefined;
  });
  fastify.addHook('onSend', async (request, reply) => {
    if (TELEMETRY.test(request.url)) reply.headers(headers);
  });
}
