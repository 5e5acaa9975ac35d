import { startStack, startUpstream, type Stack, type Upstream } from '#libs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Api, connect, expectStatus, of } from '../e2e/support/api.js';
import { deploy } from '../e2e/support/functions.js';

/**
 * Kills processes in the middle of a sync. What must hold each time: the sync finishes on its next run, nothing accepted is lost, no
 * record is doubled, nothing hangs.
 */
const CONNECTION = of('resilient', 'resilient-connection');
const PAGES = 6;
let stack: Stack;
let api: Api;
let upstream: Upstream;

/** Pages the upstream holds back until the test lets them go. */
let hold: Promise<void> | undefined;
let onHeldPage: (() => void) | undefined;

beforeAll(async () => {
  stack = await startStack({ mode: 'split' });
  api = new Api(stack);
  upstream = await startUpstream();
  upstream.on('GET', '/items', async (request) => {
    const page = Number(request.query['page']);
    if (page === 3 && hold) {
      onHeldPage?.();
      await hold;
    }
    return { status: 200, body: Array.from({ length: 50 }, (_, n) => ({ id: `${page}-${n}`, page })) };
  });
  await connect(api, 'resilient', upstream.url);
  await deploy(api, 'resilient', [
    {
      type: 'sync',
      name: 'items',
      models: ['Item'],
      exec: `
        for (let page = (await nango.getCheckpoint())?.page ?? 0; page < ${PAGES}; page += 1) {
          const { data } = await nango.get({ endpoint: '/items', params: { page: String(page) }, retries: 5 });
          await nango.batchSave(data, 'Item');
          await nango.saveCheckpoint({ page: page + 1 });
        }
        await nango.clearCheckpoint();
      `,
    },
    { type: 'action', name: 'ping', exec: `return 'pong';` },
  ]);
}, 120_000);
afterAll(async () => {
  await upstream.close();
  await stack.stop();
});

interface SyncStatus {
  status: string;
  latestExecutionStatus?: string;
  finishedAt?: string;
  recordCount: Record<string, number>;
}
async function status(): Promise<SyncStatus> {
  const path = '/sync/status?provider_config_key=resilient&connection_id=resilient-connection&syncs=items';
  const [sync] = (await expectStatus(api.get<{ syncs: SyncStatus[] }>(path), 200)).body.syncs;
  if (!sync) throw new Error('the sync is gone');
  return sync;
}
const command = (path: string, more: object = {}) =>
  expectStatus(
    api.post(path, { provider_config_key: 'resilient', connection_id: 'resilient-connection', syncs: ['items'], ...more }),
    200,
  );

/** Starts a run from scratch and answers once it waits in the middle. */
async function stopInTheMiddle(): Promise<() => void> {
  let release = () => {};
  hold = new Promise((resolve) => (release = resolve));
  const held = new Promise<void>((resolve) => (onHeldPage = resolve));
  await command('/sync/trigger', { opts: { reset: true, emptyCache: true } });
  await held;
  return () => {
    hold = undefined;
    release();
  };
}

async function expectWholeAndHealthy(): Promise<void> {
  await expect
    .poll(async () => ({ ...(await status()), finishedAt: undefined }), { timeout: 90_000, interval: 500 })
    .toMatchObject({ latestExecutionStatus: 'SUCCESS', recordCount: { Item: PAGES * 50 } });
  const page = await expectStatus(
    api.get<{ records: { id: string }[] }>('/records?model=Item&limit=1000', { headers: CONNECTION }),
    200,
  );
  expect(page.body.records).toHaveLength(PAGES * 50);
  expect(new Set(page.body.records.map((record) => record.id)).size).toBe(PAGES * 50);
  const action = await api.post('/action/trigger', { action_name: 'ping' }, { headers: CONNECTION });
  expect([action.status, action.body]).toEqual([200, 'pong']);
}

describe('in the middle of a sync', () => {
  beforeEach(async () => {
    await expect.poll(async () => (await status()).status, { timeout: 60_000 }).not.toBe('RUNNING');
  });

  it('the jobs process is killed', async () => {
    const release = await stopInTheMiddle();
    await command('/sync/start');
    await stack.kill('jobs', 'SIGKILL');
    await stack.restart('jobs');
    release();
    await expectWholeAndHealthy();
  }, 150_000);

  it('the runner process is killed', async () => {
    const release = await stopInTheMiddle();
    await stack.kill('runner', 'SIGKILL');
    await stack.restart('runner');
    release();
    await expect.poll(async () => (await status()).status, { timeout: 60_000 }).not.toBe('RUNNING');
    await command('/sync/trigger');
    await expectWholeAndHealthy();
  }, 150_000);

  it('the orchestrator is killed: the run ends without it, and what is due runs once it is back', async () => {
    const release = await stopInTheMiddle();
    await stack.kill('orchestrator', 'SIGKILL');
    release();
    await expectWholeAndHealthy();
    await command('/sync/trigger');
    await expect.poll(async () => (await status()).status, { timeout: 60_000 }).not.toBe('RUNNING');
    const { finishedAt } = await status();
    const frequency = {
      provider_config_key: 'resilient',
      connection_id: 'resilient-connection',
      sync_name: 'items',
      frequency: '30s',
    };
    await expectStatus(api.call('PUT', '/sync/update-connection-frequency', { body: frequency }), 200);
    await command('/sync/start');
    await stack.restart('orchestrator');
    await expect.poll(async () => (await status()).finishedAt, { timeout: 60_000, interval: 500 }).not.toBe(finishedAt);
    await expectWholeAndHealthy();
  }, 180_000);

  it('Redis is killed and comes back empty', async () => {
    const release = await stopInTheMiddle();
    await stack.redis.kill();
    await stack.redis.restart();
    release();
    await expectWholeAndHealthy();
  }, 150_000);

  it('an accepted asynchronous action survives Redis being emptied', async () => {
    const accepted = await api.post<{ statusUrl: string }>(
      '/action/trigger',
      { action_name: 'ping' },
      { headers: { ...CONNECTION, 'x-async': 'true' } },
    );
    await stack.redis.kill();
    await stack.redis.restart();
    await expect.poll(async () => (await api.get(accepted.body.statusUrl)).body, { timeout: 60_000 }).toBe('pong');
  }, 120_000);
});
