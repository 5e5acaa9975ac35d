import { expect, it } from 'vitest';
import type { ExecuteRequest } from '#libs/contracts';
import { answerCall } from './operations.js';
import { RunContext, type Services } from './run-context.js';
import type { ServiceCall } from './service-client.js';

/** Operations of a run, without the isolate that asks for them. */
const lease = {
  connection: { connection_id: 'c1' },
  provider: {},
  integration: { uniqueKey: 'crm', provider: 'crm', clientId: null, clientSecret: null, custom: {} },
};

function contextOf(signal: AbortSignal, persist: (call: ServiceCall) => Promise<unknown>): RunContext {
  const request = {
    kind: 'sync',
    token: 't',
    limits: { wallMs: 60_000 },
    lease,
    function: { name: 'f', checkpointKey: 'sync:f' },
  };
  const services = { persist: { call: persist }, httpLogPercent: 100 };
  return new RunContext(request as unknown as ExecuteRequest, services as unknown as Services, signal);
}
const ABORTED = {
  error: { name: 'Error', code: 'script_aborted', message: 'the execution was cancelled', isSdk: true },
};

it('the first call after a cancellation is told of it, and nobody is asked', async () => {
  const asked: string[] = [];
  const run = contextOf(AbortSignal.abort(), async ({ path }) => void asked.push(path));
  for (const op of ['checkpoint.get', 'log', 'records.save', 'http', 'unknown']) {
    expect(JSON.parse(await answerCall(run, op, '{}', undefined))).toEqual(ABORTED);
  }
  expect(asked).toEqual([]);
  await run.log.close();
});

it('a call that is under way is told of it too', async () => {
  const cancelled = new AbortController();
  const run = contextOf(cancelled.signal, async () => {
    cancelled.abort();
    throw new Error('broken off');
  });
  expect(JSON.parse(await answerCall(run, 'checkpoint.get', '{}', undefined))).toEqual(ABORTED);
  await run.log.close();
});

it('a call nobody knows is refused by name', async () => {
  const run = contextOf(new AbortController().signal, async () => undefined);
  expect(JSON.parse(await answerCall(run, 'files.read', '{}', undefined))).toEqual({
    error: { name: 'Error', message: 'unknown call files.read' },
  });
  await run.log.close();
});
