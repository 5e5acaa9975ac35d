import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { failureOf, outputOf, startTestRunner, type TestRunner } from './test-runner.js';

/** What a function runs of others; the server is a stand-in (spec/functions.md §2.3). */
let runner: TestRunner<Upstream>;

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
});
afterAll(() => runner.close());
beforeEach(() => {
  for (const path of ['sync/trigger', 'sync/start'])
    runner.world.on('POST', `/internal/${path}`, () => ({ body: { success: true } }));
});

const output = async (exec: string) => outputOf(await runner.run(exec));
const last = (path: string) => runner.requestsTo(`/internal/${path}`).at(-1) as Upstream['requests'][number];

describe('triggerAction', () => {
  it('answers what the action returned', async () => {
    runner.world.on('POST', '/internal/action/trigger', () => ({ body: { id: 7 } }));
    expect(await output(`return nango.triggerAction('erp', 'c9', 'create', { name: 'Ann' })`)).toEqual({ id: 7 });
    const { headers, json } = last('action/trigger');
    expect([headers['provider-config-key'], headers['connection-id'], json]).toEqual([
      'erp',
      'c9',
      { action_name: 'create', input: { name: 'Ann' } },
    ]);
    expect(headers['authorization']).toMatch(/^Bearer ey/);
  });

  it('needs no input, and may get nothing', async () => {
    runner.world.on('POST', '/internal/action/trigger', () => ({ body: null }));
    expect(await output(`return [await nango.triggerAction('erp', 'c9', 'create')]`)).toEqual([null]);
    expect(last('action/trigger').json).toEqual({ action_name: 'create' });
  });

  it('fails with what the API answers, as axios tells it', async () => {
    const body = { error: { code: 'unknown_connection', message: 'Failed to find connection' } };
    runner.world.on('POST', '/internal/action/trigger', () => ({ status: 400, body }));
    const shown = `[e instanceof Error, e.isAxiosError, e.name, e.code, e.message, e.status, e.response.status, e.response.statusText, e.response.data, e.config]`;
    expect(await output(`try { await nango.triggerAction('erp', 'c9', 'x') } catch (e) { return ${shown} }`)).toEqual([
      true,
      true,
      'AxiosError',
      'ERR_BAD_REQUEST',
      'Request failed with status code 400',
      400,
      400,
      'Bad Request',
      body,
      { method: 'post', url: '/action/trigger' },
    ]);
    const uncaught = failureOf(await runner.run(`await nango.triggerAction('erp', 'c9', 'x')`));
    expect(uncaught).toEqual({
      code: 'script_http_error',
      status: 424,
      payload: body,
      upstream: { status: 400, headers: { 'content-type': 'application/json' }, body },
    });
  });

  it('is not asked twice for an answer that is lost', async () => {
    runner.world.on('POST', '/internal/action/trigger', () => ({ destroy: true }));
    const before = runner.requestsTo('/internal/action/trigger').length;
    const error = failureOf(await runner.run(`await nango.triggerAction('erp', 'c9', 'x')`));
    expect(error.payload).toMatchObject({ message: expect.stringContaining('the server service cannot be reached') });
    expect(runner.requestsTo('/internal/action/trigger').length - before).toBe(1);
  });

  it('ends with the run that waits for it', async () => {
    const held = Promise.withResolvers<void>();
    runner.world.on('POST', '/internal/action/trigger', () => held.promise.then(() => ({ body: null })));
    const error = failureOf(await runner.run(`await nango.triggerAction('erp', 'c9', 'x')`, { limits: { wallMs: 300 } }));
    held.resolve();
    expect(error.code).toBe('execution_timeout');
  });
});

describe('triggerSync', () => {
  it.each<[string, object]>([
    ['', {}],
    [`, 'incremental'`, { sync_mode: 'incremental' }],
    [`, 'full_refresh'`, { sync_mode: 'full_refresh' }],
    [`, 'full_refresh_and_clear_cache'`, { sync_mode: 'full_refresh_and_clear_cache' }],
    [', true', { sync_mode: 'full_refresh' }],
    [', false', { sync_mode: 'incremental' }],
    [', { reset: true, emptyCache: true }', { opts: { reset: true, emptyCache: true } }],
    [', { reset: true }', { opts: { reset: true } }],
  ])('with the mode (%s) asks for it', async (mode, expected) => {
    expect(await output(`return String(await nango.triggerSync('erp', 'c9', 'contacts'${mode}))`)).toBe('undefined');
    expect(last('sync/trigger').json).toEqual({
      provider_config_key: 'erp',
      connection_id: 'c9',
      syncs: ['contacts'],
      ...expected,
    });
  });

  it('may name a variant', async () => {
    await output(`await nango.triggerSync('erp', 'c9', { name: 'contacts', variant: 'eu' })`);
    expect(last('sync/trigger').json).toMatchObject({ syncs: [{ name: 'contacts', variant: 'eu' }] });
  });

  it('fails as the API does', async () => {
    runner.world.on('POST', '/internal/sync/trigger', () => ({
      status: 404,
      body: { error: { code: 'unknown_connection', payload: {} } },
    }));
    const exec = `try { await nango.triggerSync('erp', 'c9', 'x') } catch (e) { return [e.isAxiosError, e.response.status, e.response.data.error.code] }`;
    expect(await output(exec)).toEqual([true, 404, 'unknown_connection']);
  });
});

it.each([
  [`'erp', ['contacts', { name: 'deals', variant: 'eu' }]`, {}],
  [`'erp', ['contacts', { name: 'deals', variant: 'eu' }], 'c9'`, { connection_id: 'c9' }],
])('startSync(%s) lets syncs run on their schedule', async (args, expected) => {
  expect(await output(`return String(await nango.startSync(${args}))`)).toBe('undefined');
  expect(last('sync/start').json).toEqual({
    provider_config_key: 'erp',
    syncs: ['contacts', { name: 'deals', variant: 'eu' }],
    ...expected,
  });
});

it('a refusal because of too many requests to this API is told apart', async () => {
  const body = { error: { code: 'too_many_request', message: 'slow down' } };
  const headers = { 'x-ratelimit-limit': '10', 'retry-after': '3' };
  runner.world.on('POST', '/internal/sync/start', () => ({ status: 429, body, headers }));
  expect(failureOf(await runner.run(`await nango.startSync('erp', ['a'])`))).toEqual({
    code: 'script_api_rate_limit_error',
    status: 424,
    message: 'Request failed with status code 429',
    payload: body,
    additional_properties: {
      upstream_response: { status: 429, headers: { 'content-type': 'application/json', 'x-ratelimit-limit': '10' }, body },
    },
  });
});
