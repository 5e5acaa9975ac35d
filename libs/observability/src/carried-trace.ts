import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/** What carries a trace to another process (W3C Trace Context); nothing while nobody traces. */
export type TraceCarrier = Record<string, string>;

/** A span of a call that no instrumentation sees. @param work gets what tells the other side of the trace */
export function calling<T>(name: string, work: (carrier: TraceCarrier) => Promise<T>): Promise<T> {
  return trace.getTracer('fairlead').startActiveSpan(name, { kind: SpanKind.CLIENT }, (span) => {
    const carrier: TraceCarrier = {};
    propagation.inject(context.active(), carrier);
    return until(span, work(carrier));
  });
}

/** The other side of such a call: a span that goes on with the caller's trace. */
export function called<T>(name: string, carrier: TraceCarrier, work: () => Promise<T>): Promise<T> {
  const parent = propagation.extract(context.active(), carrier);
  return trace.getTracer('fairlead').startActiveSpan(name, { kind: SpanKind.SERVER }, parent, (span) => until(span, work()));
}

async function until<T>(span: Span, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
