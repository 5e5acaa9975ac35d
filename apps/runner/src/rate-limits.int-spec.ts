import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startUpstream, type Upstream, type UpstreamReply } from '#libs/testing';
import { outputOf, startTestRunner, type TestRunner } from './test-runner.js';

/** How calls of functions meet a provider's limit; a stand-in plays the server that keeps it. */
let runner: TestRunner<Upstream>;
let path: string;
const governor = { mode: 'wait', maxWaitMs: 5_000, engagedForMs: 30_000, blockedForMs: 0 };
let admit: () => UpstreamReply | Promise<UpstreamReply>;

beforeEach(async () => {
  runner = await startTestRunner(await startUpstream());
  path = `/${randomUUID()}`;
  admit = () => ({ body: { ...governor, ticket: 'replica:7' } });
  runner.world.on('POST', '/internal/rate-limits/learn', () => ({ body: governor }));
  runner.world.on('POST', '/internal/rate-limits/admit', () => admit());
  runner.world.on('GET', '/refused', () => ({ status: 429, headers: { 'retry-after': '0' } }));
  runner.world.on('GET', path, () => ({ body: 'made' }));
});
afterEach(() => runner.close());

const asked = (what: 'admit' | 'learn') => runner.requestsTo(`/internal/rate-limits/${what}`).map(({ json }) => json);

/** Runs code after the provider has refused a call and the server's answer to that is there. */
async function afterTrouble(exec: string): Promise<unknown> {
  await runner.run(`await nango.get({ endpoint: '/refused' }).catch(() => undefined)`);
  return vi.waitFor(async () => {
    const outcome = await runner.run(exec);
    expect(asked('admit')).not.toEqual([]);
    return outputOf(outcome);
  });
}
const callIt = () => `return (await nango.get({ endpoint: '${path}' })).data`;

describe('a call of a function', () => {
  it('asks nobody before there is trouble, and tells the server when there is', async () => {
    await runner.run(callIt());
    expect([...asked('admit'), ...asked('learn')]).toEqual([]);
    await runner.run(`await nango.get({ endpoint: '/refused' }).catch(() => undefined)`);
    await vi.waitFor(() => expect(asked('learn')).not.toEqual([]));
    expect(asked('learn')).toEqual([
      {
        bucket: expect.stringMatching(/^2:[\w-]{22}:\d+:all$/),
        answered: [],
        learnt: { low: true, blockedForMs: 1 },
        ageMs: expect.any(Number),
      },
    ]);
    expect(asked('admit')).toEqual([]);
  });

  it('is made once the server lets it, and reported under its ticket', async () => {
    const permission = Promise.withResolvers<UpstreamReply>();
    admit = () => permission.promise;
    const outcome = afterTrouble(callIt());
    await vi.waitFor(() => expect(asked('admit')).not.toEqual([]));
    const { bucket } = asked('learn')[0] as { bucket: string };
    expect(asked('admit')).toEqual([{ bucket, connection: 'c1', maxWaitMs: 5_000 }]);
    const before = runner.requestsTo(path).length;
    permission.resolve({ body: { ...governor, ticket: 'replica:7' } });
    expect(await outcome).toBe('made');
    expect(runner.requestsTo(path)).toHaveLength(before + 1);
    await vi.waitFor(() => expect(asked('learn').at(-1)).toMatchObject({ answered: ['replica:7'] }));
  });

  it('is refused as the provider would refuse it', async () => {
    admit = () => ({
      status: 429,
      body: { error: { code: 'rate_limited', message: 'used up', payload: { connection_id: 'c1', retry_after: 9 } } },
    });
    const exec = `
      try { return (await nango.get({ endpoint: '${path}' })).data } catch (e) {
        return [e.isAxiosError, e.response.status, e.response.headers['retry-after'], e.response.data.error.code] }`;
    expect(await afterTrouble(exec)).toEqual([true, 429, '9', 'rate_limited']);
  });

  it('goes unasked where the server cannot be reached, and the run’s log says so', async () => {
    admit = () => ({ destroy: true });
    expect(await afterTrouble(callIt())).toBe('made');
    const logs = runner.requestsTo('/logs').map(({ text }) => text);
    expect(logs.join()).toContain('the call did not wait for the provider’s rate limit');
  });

  it('asks nobody where the server’s governor is off', async () => {
    runner.world.on('POST', '/internal/rate-limits/learn', () => ({
      body: { mode: 'off', maxWaitMs: 0, engagedForMs: 0, blockedForMs: 0 },
    }));
    const refused = `await nango.get({ endpoint: '/refused' }).catch(() => undefined)`;
    await runner.run(refused);
    await vi.waitFor(async () => {
      const before = asked('learn').length;
      await runner.run(refused);
      await runner.run(callIt());
      expect(asked('learn')).toHaveLength(before);
    });
    expect(asked('admit')).toEqual([]);
  });
});
