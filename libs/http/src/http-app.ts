import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Logger } from 'nestjs-pino';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import qs from 'qs';
import { registerBodyParsers } from './body-parsers.js';
import { HttpErrorFilter } from './error.filter.js';
import { type FrontRoute, putInFront } from './front-route.js';
import { requestIdOf } from './request-id.js';
import { ValidationPipe } from './validation.js';

export interface HttpAppOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly bodyLimitBytes: number;
  /** URL prefixes whose bodies are never parsed; handlers read `request.raw`. */
  readonly streamedPrefixes?: readonly string[];
  /** Time between the shutdown signal and closing the port. */
  readonly shutdownDelayMs: number;
  /** First touches, before any route is registered. */
  readonly prepare?: (fastify: FastifyInstance) => Promise<void>;
  /** Last touches before the app listens: documents, hooks, sockets. */
  readonly configure?: (app: NestFastifyApplication) => Promise<void> | void;
  /** A route that is not left to the framework. */
  readonly front?: (app: NestFastifyApplication) => FrontRoute;
}

/** A service that listens. */
export interface RunningApp {
  /** Base address, without a trailing slash. */
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** Stops accepting, finishes what runs, closes pools. */
  close(): Promise<void>;
}

const newAdapter = () =>
  new FastifyAdapter({
    keepAliveTimeout: 61_000,
    requestIdHeader: false,
    genReqId: requestIdOf,
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: 1024,
      querystringParser: (text) => qs.parse(text, { arrayLimit: 100, depth: 5, parameterLimit: 2000 }),
    },
    forceCloseConnections: 'idle',
  });

/** Creates a Nest app on Fastify with the plumbing every service shares, and listens. */
export async function startHttpApp(module: DynamicModule, options: HttpAppOptions): Promise<RunningApp> {
  const app = await NestFactory.create<NestFastifyApplication>(module, newAdapter(), {
    bufferLogs: true,
    bodyParser: false,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  app.useGlobalFilters(new HttpErrorFilter());
  app.useGlobalPipes(new ValidationPipe());
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  await options.prepare?.(fastify);
  fastify.addHttpMethod('REPORT', { hasBody: true }); // WebDAV's, which Nest adds without this one; clients proxy it
  registerBodyParsers(fastify, options.bodyLimitBytes, options.streamedPrefixes ?? []);
  fastify.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  await options.configure?.(app);
  if (options.front) putInFront(fastify.server, options.front(app));
  await app.listen(options.port, options.host);
  return {
    url: addressOf(app, options.host),
    app,
    close: () => closeApp(app, options.shutdownDelayMs),
  };
}

const CLOSE_IDLE_EVERY_MS = 100;

/** A connection that had a request under way when the port was closed is idle only after its answer; nobody else would close it then. */
async function closeApp(app: NestFastifyApplication, delayMs: number): Promise<void> {
  if (delayMs > 0) await delay(delayMs);
  const { server }: FastifyInstance = app.getHttpAdapter().getInstance();
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
  await app.close().finally(() => clearInterval(idle));
}

function addressOf(app: NestFastifyApplication, host: string): string {
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
}
