import { startUpstream, type Upstream } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Api, connect, of } from './support/api.js';
import { deploy } from './support/functions.js';

/** What functions do by way of this platform itself: others they run, what they keep, what they see (spec/functions.md §2.2 to §2.5). */
const INTEGRATION = 'function-sdk';
const ID = 'function-sdk-connection';
const HEADERS = of(INTEGRATION, ID);
let api: Api;
let upstream: Upstream;

const ACTIONS = {
  greet: `if (input.fails) throw new nango.ActionError({ why: input.fails }); return { greeting: 'hello ' + input.name };`,
  asks: `return nango.triggerAction('${INTEGRATION}', '${ID}', input.action, input.input);`,
  catches: `try { await nango.triggerAction('${INTEGRATION}', input.connection, input.action, input.input) } catch (e) {
    return [e.isAxiosError, e.code, e.response.status, e.response.data] }`,
  chain: `return input.depth === 0 ? ['end'] : [input.depth, ...await nango.triggerAction('${INTEGRATION}', '${ID}', 'chain', { depth: input.depth - 1 })];`,
  'runs-sync': `await nango.triggerSync('${INTEGRATION}', '${ID}', 'counted', input.mode);`,
  'starts-sync': `await nango.startSync('${INTEGRATION}', ['counted'], '${ID}');`,
  looks: `await nango.setMetadata({ a: 1 });
    const merged = await nango.updateMetadata({ b: 2 });
    const integration = await nango.getIntegration({ include: ['webhook', 'credentials'] });
    return { merged: [merged.status, merged.data], metadata: await nango.getMetadata(), token: await nango.getToken(),
      plain: Object.keys(await nango.getIntegration()).includes('credentials'), full: Object.keys(integration).includes('credentials'),
      hook: (await nango.getWebhookURL()) === integration.webhook_url, variables: await nango.getEnvironmentVariables() };`,
  keeps: `const before = await nango.getCheckpoint(); await nango.saveCheckpoint({ n: (before?.n ?? 0) + 1 });
    const locked = await nango.tryAcquireLock({ key: 'sdk', ttlMs: 60000 }); const again = await nango.tryAcquireLock({ key: 'sdk', ttlMs: 60000 });
    if (input.clears) await nango.clearCheckpoint();
    return [before, locked, again, input.releases ? await nango.releaseLock({ key: 'sdk' }) : 'kept'];`,
};
const SYNC = `await nango.batchSave([{ id: 'a\\0b', n: 1 }, { id: 2, n: 2 }, { id: '2', n: 3 }], 'Count');
  await nango.batchUpdate([{ id: '2', deep: { x: 1 } }, { id: 'unknown', n: 9 }], 'Count');
  const found = await nango.getRecordsByIds([2, 'none'], 'Count');
  const listed = []; for await (const record of nango.listRecords('Count')) listed.push(record.id);
  const told = [];
  for (const call of [() => nango.batchSave([{ n: 1 }], 'Count'), () => nango.batchSave([{ id: 1 }], 'Other'), () => nango.trackDeletesEnd('Count')])
    await call().catch((error) => told.push(error.message));
  await nango.post({ endpoint: '/seen', data: { found: [...found].map(([id, { n, deep }]) => [id, n, deep]), listed, told } });`;

beforeAll(async () => {
  api = new Api(inject('stack'));
  upstream = await startUpstream();
  upstream.on('POST', '/seen', () => ({}));
  await connect(api, INTEGRATION, upstream.url);
  const actions = Object.entries(ACTIONS).map(([name, exec]) => ({ type: 'action', name, exec }) as const);
  await deploy(api, INTEGRATION, [...actions, { type: 'sync', name: 'counted', models: ['Count'], exec: SYNC }]);
});
afterAll(() => upstream.close());

const trigger = (action_name: string, input?: unknown) =>
  api.post<unknown>('/action/trigger', { action_name, input }, { headers: HEADERS });
const output = async (name: string, input?: unknown) => {
  const { status, body } = await trigger(name, input);
  expect([status, body]).toEqual([200, body]);
  return body;
};

describe('an action that triggers another', () => {
  it('gets its output', async () => {
    expect(await output('asks', { action: 'greet', input: { name: 'Ann' } })).toEqual({ greeting: 'hello Ann' });
  });

  it('is told of its failure as the API tells it', async () => {
    const error = {
      code: 'action_script_runtime_error',
      message: 'The action script failed with a runtime error',
      payload: { why: 'no' },
    };
    const caught = await output('catches', { connection: ID, action: 'greet', input: { fails: 'no' } });
    expect(caught).toEqual([true, 'ERR_BAD_RESPONSE', 500, { error }]);
    expect(await trigger('asks', { action: 'greet', input: { fails: 'no' } })).toMatchObject({
      status: 424,
      body: { error: { code: 'script_http_error', payload: { error }, upstream: { status: 500, body: { error } } } },
    });
  });

  it.each([
    [{ connection: 'none', action: 'greet' }, 400, { code: 'unknown_connection', message: 'Failed to find connection' }],
    [{ connection: ID, action: 'none' }, 404, { code: 'not_found', message: 'Action not found' }],
  ])('is told that there is none: %j', async (input, status, error) => {
    expect(await output('catches', input)).toEqual([true, 'ERR_BAD_REQUEST', status, { error }]);
  });

  it('may be triggered itself', async () => {
    expect(await output('chain', { depth: 5 })).toEqual([5, 4, 3, 2, 1, 'end']);
  });
});

describe('a sync that an action runs', () => {
  it('saves, merges, reads and refuses records as documented', async () => {
    await output('runs-sync', { mode: 'full_refresh' });
    await expect.poll(() => upstream.requests.filter(({ path }) => path === '/seen').length).toBe(1);
    expect(upstream.requests.find(({ path }) => path === '/seen')?.json).toEqual({
      found: [[2, 2, { x: 1 }]],
      listed: ['ab', '2'],
      told: [
        'Failed to save records: record at index 0 has no id',
        'Failed to save records: counted does not declare the model Other; it declares: Count',
        `No track deletes starting point found for model 'Count'.`,
      ],
    });
  });

  it('is let run on its schedule', async () => {
    const counted = { provider_config_key: INTEGRATION, connection_id: ID, syncs: ['counted'] };
    await api.post('/sync/pause', counted);
    await output('starts-sync');
    const status = await api.get<{ syncs: { status: string }[] }>(
      `/sync/status?syncs=counted&provider_config_key=${INTEGRATION}&connection_id=${ID}`,
    );
    expect(status.body.syncs[0]?.status).not.toBe('PAUSED');
  });
});

it('an action sees and changes its connection as the API does', async () => {
  expect(await output('looks')).toEqual({
    merged: [200, { connection_id: ID, provider_config_key: INTEGRATION, metadata: { b: 2 } }],
    metadata: { a: 1, b: 2 },
    token: { type: 'API_KEY', apiKey: `secret-of-${INTEGRATION}` },
    plain: false,
    full: true,
    hook: true,
    variables: expect.any(Array),
  });
});

it('an action goes on from its checkpoint, and its locks end with it', async () => {
  expect(await output('keeps', {})).toEqual([null, true, true, 'kept']);
  expect(await output('keeps', { releases: true })).toEqual([{ n: 1 }, true, true, true]);
  expect(await output('keeps', { clears: true })).toEqual([{ n: 2 }, true, true, 'kept']);
  expect(await output('keeps', {})).toEqual([null, true, true, 'kept']);
});
