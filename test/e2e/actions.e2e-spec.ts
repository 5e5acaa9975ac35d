import { startUpstream, type Upstream } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Api, connect, of } from './support/api.js';
import { deploy } from './support/functions.js';

/** A synchronous action: server → queue → jobs → runner → isolate → upstream, and back (spec/api.md §3.8, spec/functions.md §4.3). */
const INTEGRATION = 'actions';
let api: Api;
let upstream: Upstream;

beforeAll(async () => {
  api = new Api(inject('stack'));
  upstream = await startUpstream();
  upstream.on('GET', '/me', (request) => ({ status: 200, body: { authorization: request.headers.authorization } }));
  upstream.on('GET', '/limited', () => ({
    status: 403,
    headers: { 'x-ratelimit-limit': '10', 'x-other': 'no' },
    body: { why: 'not yours' },
  }));
  upstream.on('GET', '/cut', () => ({ destroy: true }));
  await connect(api, INTEGRATION, upstream.url);
  await deploy(
    api,
    INTEGRATION,
    Object.entries(ACTIONS).map(([name, exec]) => ({ type: 'action', name, exec })),
  );
});
afterAll(() => upstream.close());

const ACTIONS = {
  echo: 'return input;',
  call: `const response = await nango.get({ endpoint: '/me' }); return response.data;`,
  nothing: 'return undefined;',
  'author-error': `throw new nango.ActionError({ field: 'name' });`,
  throws: `throw new TypeError('bad thing');`,
  'upstream-error': `await nango.get({ endpoint: '/limited' });`,
  'upstream-cut': `await nango.get({ endpoint: '/cut' });`,
  spins: 'for (;;) {}',
  allocates: 'const a = []; for (;;) a.push(new Array(1000).fill(0));',
  'allocates-at-once': 'return new Array(1e8).fill(0).length;',
  'never-settles': 'await new Promise(() => {});',
  'returns-function': 'return () => 1;',
  'five-megabytes': `return 'x'.repeat(5 * 1024 * 1024);`,
  'forbidden-module': `return require('fs').readFileSync('/etc/passwd', 'utf8');`,
  escape: `return nango.constructor.constructor('return process')().env;`,
};

const trigger = (action_name: string, input?: unknown) =>
  api.post<{ error: { code: string; message?: string; payload?: unknown; upstream?: unknown } }>(
    '/action/trigger',
    { action_name, input },
    { headers: of(INTEGRATION, 'actions-connection') },
  );

describe('an action', () => {
  it('answers its output bare', async () => {
    const reply = await trigger('echo', { hello: ['wörld', 1, null] });
    expect([reply.status, reply.body]).toEqual([200, { hello: ['wörld', 1, null] }]);
  });

  it('gets an empty object where there is no input, and answers null where there is no output', async () => {
    expect((await trigger('echo')).body).toEqual({});
    expect((await trigger('nothing')).text).toBe('null');
  });

  it('carries a large input', async () => {
    const text = 'y'.repeat(300_000);
    expect((await trigger('echo', { text })).body).toEqual({ text });
  });

  it('calls the API with the connection’s credentials', async () => {
    expect((await trigger('call')).body).toEqual({ authorization: 'Bearer secret-of-actions' });
  });
});

describe('a failing action', () => {
  it('that throws its own error says so with the author’s payload', async () => {
    const reply = await trigger('author-error');
    expect(reply.status).toBe(500);
    expect(reply.body.error).toMatchObject({ code: 'action_script_runtime_error', payload: { field: 'name' } });
  });

  it('that throws anything else is an internal error with the author’s stack', async () => {
    const reply = await trigger('throws');
    expect(reply.status).toBe(500);
    expect(reply.body.error).toMatchObject({
      code: 'script_internal_error',
      payload: { name: 'TypeError', message: 'bad thing' },
    });
  });

  it('on an upstream error passes on what the upstream said', async () => {
    const reply = await trigger('upstream-error');
    expect(reply.status).toBe(424);
    expect(reply.body.error).toEqual({
      code: 'script_http_error',
      payload: { why: 'not yours' },
      upstream: {
        status: 403,
        headers: { 'content-type': expect.stringContaining('application/json'), 'x-ratelimit-limit': '10' },
        body: { why: 'not yours' },
      },
    });
  });

  it('on a broken connection is a network error', async () => {
    const reply = await trigger('upstream-cut');
    expect([reply.status, reply.body.error.code]).toEqual([500, 'script_network_error']);
  });

  it('that returns a function answers null', async () => {
    expect((await trigger('returns-function')).text).toBe('null');
  });

  it('that returns five megabytes is told the limit', async () => {
    const reply = await trigger('five-megabytes');
    expect(reply.status).toBe(500);
    expect(reply.body.error).toMatchObject({ code: 'script_internal_error' });
    expect(JSON.stringify(reply.body.error.payload)).toContain('2097152');
  });

  it.each(['forbidden-module', 'escape'])('that tries to get out (%s) is refused', async (name) => {
    const reply = await trigger(name);
    expect([reply.status, reply.body.error.code]).toEqual([500, 'script_internal_error']);
  });

  it.each([
    ['spins', ['execution_timeout', 'function_runtime_timed_out']],
    ['never-settles', ['execution_timeout', 'function_runtime_timed_out', 'script_internal_error']],
    ['allocates', ['function_runtime_out_of_memory']],
    ['allocates-at-once', ['function_runtime_out_of_memory', 'script_internal_error']],
  ])('that %s ends by its limit, and the next one runs', async (name, codes) => {
    const reply = await trigger(name);
    expect(reply.status).toBe(500);
    expect(codes).toContain(reply.body.error.code);
    expect((await trigger('echo', { still: 'here' })).body).toEqual({ still: 'here' });
  });
});

describe('a call for an action', () => {
  it.each([
    ['an unknown action', 'no-such-action', of(INTEGRATION, 'actions-connection'), 404, 'not_found'],
    ['an unknown connection', 'echo', of(INTEGRATION, 'nobody'), 400, 'unknown_connection'],
  ])('with %s is refused', async (_what, action_name, headers, status, code) => {
    const reply = await api.post<{ error: { code: string } }>('/action/trigger', { action_name }, { headers });
    expect([reply.status, reply.body.error.code]).toEqual([status, code]);
  });

  it('without its headers is refused by their names', async () => {
    const reply = await api.post<{ error: { code: string; errors: { path: string[] }[] } }>('/action/trigger', {
      action_name: 'echo',
    });
    expect([reply.status, reply.body.error.code]).toEqual([400, 'invalid_headers']);
    expect(reply.body.error.errors.map((issue) => issue.path[0])).toEqual(['connection-id', 'provider-config-key']);
  });
});

describe('an asynchronous action', () => {
  it('is accepted at once and answers later', async () => {
    const accepted = await api.post<{ id: string; statusUrl: string }>(
      '/action/trigger',
      { action_name: 'echo', input: { later: true } },
      { headers: { ...of(INTEGRATION, 'actions-connection'), 'x-async': 'true' } },
    );
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get('location')).toBe(accepted.body.statusUrl);
    await expect.poll(async () => (await api.get(accepted.body.statusUrl)).body, { timeout: 15_000 }).toEqual({ later: true });
  });

  it('that nobody started is not found', async () => {
    const reply = await api.get<{ error: { code: string } }>('/action/4c46840b-6ef0-4d1c-8b52-f9ed1a9ac0b2');
    expect([reply.status, reply.body.error.code]).toEqual([404, 'not_found']);
  });
});
