import { context, propagation, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { afterEach, expect, it } from 'vitest';
import { called, calling, type TraceCarrier } from './carried-trace.js';

let sdk: NodeSDK | undefined;
afterEach(async () => {
  await sdk?.shutdown();
  for (const api of [trace, context, propagation]) api.disable();
  sdk = undefined;
});

function traced(): InMemorySpanExporter {
  const spans = new InMemorySpanExporter();
  sdk = new NodeSDK({
    spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
    autoDetectResources: false,
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  return spans;
}

it('makes one trace of both sides of a call', async () => {
  const spans = traced();
  expect(await calling('execute', (carrier) => called('execute', carrier, () => Promise.resolve(7)))).toBe(7);
  const [callee, caller] = spans.getFinishedSpans();
  expect([callee?.name, callee?.parentSpanContext?.spanId]).toEqual(['execute', caller?.spanContext().spanId]);
});

it('tells by its spans that a call failed', async () => {
  const spans = traced();
  const failing = calling('execute', () => Promise.reject(new Error('lost')));
  await expect(failing).rejects.toThrow('lost');
  expect(spans.getFinishedSpans()).toMatchObject([{ status: { code: 2 } }]);
});

it('carries nothing while nobody traces', async () => {
  expect(await calling('execute', (carrier: TraceCarrier) => Promise.resolve(carrier))).toEqual({});
});
