import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type HttpListener = (request: IncomingMessage, response: ServerResponse) => void;

/** A listener whose requests are spans of their own, which go on with the caller's trace (W3C Trace Context). */
export function traced(route: string, listener: HttpListener): HttpListener {
  const tracer = trace.getTracer('fairlead');
  return (request, response) => {
    const parent = propagation.extract(context.active(), request.headers);
    const attributes = { 'http.request.method': request.method ?? '', 'http.route': route };
    const span = tracer.startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
    response.once('close', () => {
      span.setAttribute('http.response.status_code', response.statusCode);
      if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(trace.setSpan(parent, span), () => listener(request, response));
  };
}
