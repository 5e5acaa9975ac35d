import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchStack, type Stack, startUpstream, type Upstream } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Api, connect, expectStatus, of } from '../e2e/support/api.js';
import { deploy } from '../e2e/support/functions.js';
import { type Gate, openGate } from './support/gate.js';

/** Syncs that take longer than a run may: each goes on from its last checkpoint until it is done, and nobody does anything for it. */
const CONNECTION = of('long', 'long-connection');
const RUN_MS = 5_000;
const PAGES = 14;
const atLastCall = Promise.withResolvers<void>();
const lastAnswer = Promise.withResolvers<void>();
let gate: Gate;
let stack: Stack;
let api: Api;
let upstream: Upstream;

beforeAll(async () => {
  gate = await openGate(inject('stores').databaseUrl);
  stack = await launchStack(gate.url, { mode: 'standalone', env: { FAIRLEAD_SYNC_RUN_MS: String(RUN_MS) } });
  api = new Api(stack);
  upstream = await startUpstream();
  upstream.on('GET', '/items', ({ query }) => ({ status: 200, body: [{ id: `${query['page']}`, page: query['page'] }] }));
  upstream.on('GET', '/last', async () => {
    atLastCall.resolve();
    await lastAnswer.promise;
    return { status: 200, body: {} };
  });
  upstream.on('POST', '/hook', () => ({ status: 200, body: {} }));
  await connect(api, 'long', upstream.url);
  await expectStatus(api.patch('/api/v1/environments/webhook', { primary_url: `${upstream.url}/hook` }), 200);
  await deploy(api, 'long', [
    {
      type: 'sync',
      name: 'paged',
      models: ['Item'],
      exec: `
        for (let page = (await nango.getCheckpoint())?.page ?? 0; page < ${PAGES}; page += 1) {
          const { data } = await nango.get({ endpoint: '/items', params: { page: String(page) } });
          await nango.batchSave(data, 'Item');
          await new Promise((resolve) => setTimeout(resolve, 700));
          await nango.saveCheckpoint({ page: page + 1 });
        }
        await nango.clearCheckpoint();
      `,
    },
    {
      type: 'sync',
      name: 'stopped-hard',
      models: ['Half'],
      exec: `
        const from = (await nango.getCheckpoint())?.half ?? 0;
        await nango.batchSave([{ id: String(from) }], 'Half');
        if (from === 2) return nango.clearCheckpoint();
        await nango.saveCheckpoint({ half: from + 1 });
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      `,
    },
    {
      type: 'sync',
      name: 'ends-alone',
      models: ['Kept'],
      exec: `await nango.batchSave([{ id: '1' }], 'Kept'); await nango.get({ endpoint: '/last' });`,
    },
    {
      type: 'sync',
      name: 'stuck',
      models: ['Nothing'],
      exec: `await new Promise((resolve) => setTimeout(resolve, 600_000));`,
    },
  ]);
}, 120_000);
afterAll(async () => {
  await upstream.close();
  await stack.stop();
  await gate.shut();
});

interface SyncStatus {
  status: string;
  latestExecutionStatus?: string;
  recordCount: Record<string, number>;
  checkpoint: object | null;
}
const statusOf = async (name: string) => {
  const path = `/sync/status?provider_config_key=long&connection_id=long-connection&syncs=${name}`;
  const [sync] = (await expectStatus(api.get<{ syncs: SyncStatus[] }>(path), 200)).body.syncs;
  return sync;
};
const trigger = (name: string) =>
  expectStatus(api.post('/sync/trigger', { provider_config_key: 'long', connection_id: 'long-connection', syncs: [name] }), 200);

interface Hook {
  syncName: string;
  syncType: string;
  success: boolean;
  checkpoints?: { from: object | null; to: object | null };
}
const hooksOf = (name: string) =>
  upstream.requests
    .filter(({ path }) => path === '/hook')
    .map(({ json }) => json as Hook)
    .filter(({ syncName }) => syncName === name);

describe('a sync that was triggered and takes longer than a run may', () => {
  it('goes on from its checkpoint until it is done, without a failure', async () => {
    await trigger('paged');
    await expect
      .poll(() => statusOf('paged'), { timeout: 60_000, interval: 500 })
      .toMatchObject({ status: 'PAUSED', latestExecutionStatus: 'SUCCESS', recordCount: { Item: PAGES }, checkpoint: null });
    await expect.poll(() => hooksOf('paged').length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    const hooks = hooksOf('paged');
    expect(hooks.every(({ success, syncType }) => success && syncType === 'INITIAL')).toBe(true);
    const stops = hooks.map(({ checkpoints }) => checkpoints?.to).filter(Boolean);
    expect(stops.length).toBeGreaterThanOrEqual(1);
    const calls = upstream.requests.filter(({ path }) => path === '/items').map(({ query }) => query['page']);
    expect(calls).toEqual(Array.from({ length: PAGES }, (_, page) => String(page)));
    const page = await expectStatus(api.get<{ records: object[] }>('/records?model=Item', { headers: CONNECTION }), 200);
    expect(page.body.records).toHaveLength(PAGES);
  }, 120_000);

  it('goes on too when it is stopped between two checkpoints', async () => {
    await trigger('stopped-hard');
    await expect
      .poll(() => statusOf('stopped-hard'), { timeout: 60_000, interval: 500 })
      .toMatchObject({ status: 'PAUSED', latestExecutionStatus: 'SUCCESS', recordCount: { Half: 3 }, checkpoint: null });
    await expect.poll(() => hooksOf('stopped-hard').length, { timeout: 20_000 }).toBe(3);
    expect(hooksOf('stopped-hard').every(({ success }) => success)).toBe(true);
  }, 120_000);

  it('fails if it saved none', async () => {
    await trigger('stuck');
    await expect
      .poll(() => statusOf('stuck'), { timeout: 60_000, interval: 500 })
      .toMatchObject({ status: 'PAUSED', latestExecutionStatus: 'STOPPED' });
    await expect.poll(() => hooksOf('stuck'), { timeout: 20_000 }).toMatchObject([{ success: false }]);
  }, 120_000);
});

describe('a run that ends while the database is away', () => {
  it('is settled once that is back', async () => {
    await trigger('ends-alone');
    await atLastCall.promise;
    await gate.shut();
    lastAnswer.resolve();
    const log = () => readFileSync(join(stack.folder, 'standalone.log'), 'utf8');
    await expect.poll(log, { timeout: 20_000, interval: 200 }).toContain('is noted once the database is back');
    await gate.open();
    await expect
      .poll(() => statusOf('ends-alone').catch(() => undefined), { timeout: 30_000, interval: 500 })
      .toMatchObject({ status: 'PAUSED', latestExecutionStatus: 'SUCCESS', recordCount: { Kept: 1 } });
    await expect.poll(() => hooksOf('ends-alone'), { timeout: 20_000 }).toMatchObject([{ success: true }]);
  }, 120_000);
});
