import { type Span, type SpanOptions, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { traced } from './traced.js';

interface Recorded {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  failed: boolean;
  ended: boolean;
}

let spans: Recorded[] = [];

const tracer = {
  startSpan(name: string, { attributes }: SpanOptions): Span {
    const recorded: Recorded = { name, attributes: { ...attributes }, failed: false, ended: false };
    spans.push(recorded);
    return {
      setAttribute: (key: string, value: unknown) => void (recorded.attributes[key] = value),
      setStatus: ({ code }: { code: SpanStatusCode }) => void (recorded.failed = code === SpanStatusCode.ERROR),
      end: () => void (recorded.ended = true),
    } as unknown as Span;
  },
} as Tracer;

beforeEach(() => {
  spans = [];
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
});
afterEach(() => trace.disable());

async function answered(listener: RequestListener): Promise<Recorded> {
  const server = createServer(traced('/proxy', listener)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const closed = new Promise((resolve) => void server.once('request', (_request, response) => response.once('close', resolve)));
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/proxy/secret?token=1`).catch(() => undefined);
  await closed;
  server.closeAllConnections();
  server.close();
  expect(spans).toHaveLength(1);
  return spans[0]!;
}

it('makes a span of a request, named for its route and never for its address', async () => {
  expect(await answered((_request, response) => response.end('ok'))).toEqual({
    name: 'GET /proxy',
    attributes: { 'http.request.method': 'GET', 'http.route': '/proxy', 'http.response.status_code': 200 },
    failed: false,
    ended: true,
  });
});

it.each([
  [404, false],
  [502, true],
])('tells by its status that a request failed: %s', async (status, failed) => {
  expect(await answered((_request, response) => response.writeHead(status).end())).toMatchObject({ failed, ended: true });
});

it('ends with a connection that broke off', async () => {
  expect(await answered((_request, response) => response.destroy())).toMatchObject({ ended: true });
});
