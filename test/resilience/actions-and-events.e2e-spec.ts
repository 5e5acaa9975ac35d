import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Stack, startStack, startUpstream, type Upstream } from '#libs/testing';
import { sql as sqlAt } from '../auth/support/database.js';
import { Api, expectStatus, of } from '../e2e/support/api.js';
import { deploy } from '../e2e/support/functions.js';

/** Kills processes around actions and on-event functions: what was accepted runs or is seen to have failed, and nothing runs twice. */
const KEY = 'surviving';
let stack: Stack;
let api: Api;
let upstream: Upstream;
/** Calls the upstream holds back until the test lets them go. */
let hold: Promise<void> | undefined;
let onHeld: () => void = () => {};

const sql = (text: string, values: unknown[] = []) => sqlAt(stack.databaseUrl, text, values);

beforeAll(async () => {
  stack = await startStack({ mode: 'split', env: { FAIRLEAD_ACTION_OUTPUT_MAX_BYTES: '10000000' } });
  api = new Api(stack);
  upstream = await startUpstream();
  upstream.on('POST', '/work', async () => {
    onHeld();
    await hold;
    return { body: { done: true } };
  });
  await expectStatus(api.post('/integrations', { provider: 'private-api-bearer', unique_key: KEY }), 200);
  await expectStatus(api.post('/integrations', { provider: 'private-api-bearer', unique_key: 'refusing' }), 200);
  const work = (mark: string) => `await nango.post({ endpoint: '/work', data: { mark: '${mark}:' + nango.connectionId } });`;
  await deploy(api, KEY, [
    { type: 'action', name: 'work', exec: `const { data } = await nango.post({ endpoint: '/work', data: input }); return data;` },
    { type: 'action', name: 'long', exec: `return 'x'.repeat(input.length);` },
    { type: 'on-event', name: 'greet', event: 'post-connection-creation', exec: work('greet') },
  ]);
  await deploy(api, 'refusing', [
    { type: 'action', name: 'work', exec: 'return 1;' },
    { type: 'on-event', name: 'check', event: 'validate-connection', exec: work('check') },
  ]);
  await imported(KEY, 'base');
}, 120_000);
afterAll(async () => {
  await upstream.close();
  await stack.stop();
});
beforeEach(() => {
  hold = undefined;
  onHeld = () => {};
});

interface Answer {
  readonly done?: boolean;
  readonly id: string;
  readonly error: { code: string; message: string };
}
const imported = (provider_config_key: string, connection_id: string) =>
  api.post<Answer>('/connections', {
    provider_config_key,
    connection_id,
    connection_config: { base_url: upstream.url },
    credentials: { type: 'API_KEY', apiKey: 'key' },
  });
const trigger = (action_name: string, input: unknown, headers: Record<string, string> = {}) =>
  api.post<Answer>('/action/trigger', { action_name, input }, { headers: { ...of(KEY, 'base'), ...headers } });
const worked = (mark: string) => upstream.requests.filter(({ text }) => text.includes(mark)).length;
const operation = async (action: string, connection: string) =>
  (await sql('SELECT state FROM logs.operations WHERE action = $1 AND connection_name = $2', [action, connection]))[0]?.['state'];
const rowsOf = (connection: string) => sql('SELECT 1 FROM connections WHERE connection_id = $1', [connection]);

/** Holds calls of the upstream back. Resolves, once one has come, with what lets them go. */
function holding(): { held: Promise<void>; release: () => void } {
  let release: () => void = () => {};
  hold = new Promise((resolve) => (release = resolve));
  const held = new Promise<void>((resolve) => (onHeld = resolve));
  return { held, release };
}

describe('an accepted post-connection-creation', () => {
  it('that waits while the jobs process is gone runs when it is back', async () => {
    await stack.kill('jobs', 'SIGKILL');
    await expectStatus(imported(KEY, 'waiting'), 201);
    expect(worked('greet:waiting')).toBe(0);
    await stack.restart('jobs');
    await expect.poll(() => worked('greet:waiting'), { timeout: 40_000 }).toBe(1);
    await expect.poll(() => operation('post_connection_creation', 'waiting'), { timeout: 20_000 }).toBe('success');
  });

  it('that waits while Redis is emptied runs all the same', async () => {
    await stack.kill('jobs', 'SIGKILL');
    await expectStatus(imported(KEY, 'forgotten'), 201);
    await stack.redis.kill();
    await stack.redis.restart();
    await stack.restart('jobs');
    await expect.poll(() => worked('greet:forgotten'), { timeout: 40_000 }).toBe(1);
  });

  it('whose jobs process is killed while it runs is seen to have failed, and does not run again', async () => {
    const { held, release } = holding();
    await expectStatus(imported(KEY, 'killed'), 201);
    await held;
    await stack.kill('jobs', 'SIGKILL');
    release();
    await stack.restart('jobs');
    await expect.poll(() => operation('post_connection_creation', 'killed'), { timeout: 60_000 }).toBe('failed');
    expect(worked('greet:killed')).toBe(1);
  });
});

describe('a connection that is being validated', () => {
  it('is refused when the jobs process is killed, and nothing is left of it', async () => {
    const { held, release } = holding();
    const reply = imported('refusing', 'unsure');
    await held;
    await stack.kill('jobs', 'SIGKILL');
    release();
    await stack.restart('jobs');
    expect([(await reply).status, (await reply).body.error.code]).toEqual([400, 'connection_validation_failed']);
    expect(await rowsOf('unsure')).toEqual([]);
  });

  it('is given up when the server is killed', async () => {
    const { held, release } = holding();
    const reply = imported('refusing', 'orphaned').catch(() => 'the server was gone');
    await held;
    await stack.kill('server', 'SIGKILL');
    release();
    expect(await reply).toBe('the server was gone');
    expect(await rowsOf('orphaned')).toHaveLength(1);
    await sql('UPDATE connections SET validation_deadline_at = now() WHERE connection_id = $1', ['orphaned']);
    await stack.restart('server');
    await expect.poll(() => rowsOf('orphaned'), { timeout: 30_000 }).toEqual([]);
    expect((await imported('refusing', 'orphaned')).status).toBe(201);
  });
});

describe('a call with an Idempotency-Key', () => {
  it('is not made again when the server is killed while it waits', async () => {
    const headers = { 'idempotency-key': 'server-killed' };
    const { held, release } = holding();
    const first = trigger('work', { mark: 'server-killed' }, headers).catch(() => 'the server was gone');
    await held;
    await stack.kill('server', 'SIGKILL');
    expect(await first).toBe('the server was gone');
    await stack.restart('server');
    const again = trigger('work', { mark: 'server-killed' }, headers);
    release();
    expect([(await again).status, (await again).body]).toEqual([200, { done: true }]);
    expect(worked('server-killed')).toBe(1);
  });

  it('is told the same loss again when the jobs process is killed', async () => {
    const headers = { 'idempotency-key': 'jobs-killed' };
    const { held, release } = holding();
    const first = trigger('work', { mark: 'jobs-killed' }, headers);
    await held;
    await stack.kill('jobs', 'SIGKILL');
    release();
    await stack.restart('jobs');
    expect([(await first).status, (await first).body.error.code]).toEqual([500, 'function_runtime_other']);
    const again = await trigger('work', { mark: 'jobs-killed' }, headers);
    expect([again.status, again.body]).toEqual([500, (await first).body]);
    expect(worked('jobs-killed')).toBe(1);
  });

  it('is known after Redis was emptied', async () => {
    const headers = { 'idempotency-key': 'redis-killed', 'x-async': 'true' };
    const first = await trigger('work', { mark: 'redis-killed' }, headers);
    await stack.redis.kill();
    await stack.redis.restart();
    expect((await trigger('work', { mark: 'redis-killed' }, headers)).body.id).toBe(first.body.id);
    await expect.poll(() => worked('redis-killed'), { timeout: 40_000 }).toBe(1);
  });
});

it('an output may be as long as the installation says, up to what the protocol carries', async () => {
  const long = await trigger('long', { length: 5_000_000 });
  expect([long.status, long.text.length]).toEqual([200, 5_000_002]);
  const tooLong = await trigger('long', { length: 10_000_001 });
  expect([tooLong.status, tooLong.body.error.code]).toEqual([400, 'script_output_too_large']);
});
