import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { startUpstream, type Upstream } from '#libs/testing';
import { API_KEY, failureOf, outputOf, startTestRunner, type TestRunner } from './test-runner.js';

/** The runner over HTTP, with real isolates; everything around it is a stand-in. */
let runner: TestRunner<Upstream>;

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
});
afterAll(() => runner.close());

/** A promise and what settles it. */
const signalled = () => Promise.withResolvers<void>();

describe('an action', () => {
  it('gets its input, and says what came out', async () => {
    expect(await runner.run('return input', { input: { a: 1 } })).toMatchObject({
      status: 'succeeded',
      output: { a: 1 },
      proxyCalls: 0,
      results: {},
    });
  });

  it.each([undefined, null, 0, '', false])('without input (%j) gets an empty object', async (input) => {
    expect(outputOf(await runner.run('return input', { input }))).toEqual({});
  });

  it('knows who it runs for', async () => {
    const exec =
      'return [nango.connectionId, nango.providerConfigKey, nango.environmentId, nango.scriptType, typeof nango.batchSave]';
    expect(outputOf(await runner.run(exec))).toEqual(['c1', 'crm', 2, 'action', 'undefined']);
  });

  it('fetches its code once', async () => {
    const exec = `return 'code kept ${randomUUID()}'`;
    await runner.run(exec);
    const fetched = runner.world.requests.filter(({ path }) => path.startsWith('/code/')).length;
    await runner.run(exec);
    expect(runner.world.requests.filter(({ path }) => path.startsWith('/code/'))).toHaveLength(fetched);
  });
});

/** What a runner closed a connection with, and why. */
async function closed(connection: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = (await once(connection, 'close')) as [number, Buffer];
  return [code, reason.toString()];
}

describe('a connection of jobs', () => {
  it.each(['', 'nonsense'])('that shows %j is not opened', async (caller) => {
    await expect(runner.connect(caller)).rejects.toThrow('401');
  });

  it('that shows the token of a run is not opened', async () => {
    await expect(runner.connect(runner.token(randomUUID()))).rejects.toThrow('401');
  });

  it('carries one run after the other, and is told meanwhile that the runner is there', async () => {
    const connection = await runner.connect();
    const pinged = once(connection, 'ping');
    for (const n of [1, 2]) {
      connection.send(runner.order(`return ${n}`));
      const [answer] = (await once(connection, 'message')) as [Buffer];
      expect(JSON.parse(answer.toString())).toMatchObject({ status: 'succeeded', output: n });
    }
    await pinged;
    connection.close();
  });

  it.each([
    ['nonsense', 'is not valid JSON'],
    ['{"run":{}}', 'executionId'],
  ])('that brings %s is closed, with the reason', async (order, reason) => {
    const connection = await runner.connect();
    connection.send(order);
    expect(await closed(connection)).toEqual([1008, expect.stringContaining(reason)]);
  });

  it('that brings another run before the first one ended is closed, which ends the first one', async () => {
    const [connection, called] = [await runner.connect(), signalled()];
    runner.world.on('GET', '/started', () => {
      called.resolve();
      return {};
    });
    connection.send(runner.order(`await nango.get({ endpoint: '/started' }); for (;;) {}`));
    await called.promise;
    connection.send(runner.order('return 1'));
    expect(await closed(connection)).toEqual([1008, 'the connection has a run already']);
    expect(outputOf(await runner.run('return 1'))).toBe(1);
  });
});

describe('a request to run', () => {
  it('for code that is not what its hash says does not run', async () => {
    const error = failureOf(await runner.run('return 1', { hash: 'a'.repeat(64) }));
    const text = `the code stored as ${'a'.repeat(64)} has other content`;
    expect(error).toEqual({
      code: 'action_script_failure',
      status: 500,
      message: `The action script failed with an error: ${text}`,
      payload: { error: text },
    });
  });
});

describe('HTTP of a function', () => {
  it('carries the connection’s credentials, and its log does not', async () => {
    runner.world.on('GET', '/me', ({ headers, query }) => ({
      body: { key: headers['x-key'], query },
      headers: { 'x-request': '7' },
    }));
    const outcome = await runner.run(`
      const { data, status, headers } = await nango.get({ endpoint: '/me', params: { ids: [1, 2], no: undefined } });
      return [data, status, headers['x-request']];`);
    expect(outputOf(outcome)).toEqual([{ key: API_KEY, query: { ids: '1,2' } }, 200, '7']);
    expect(outcome.proxyCalls).toBe(1);
    const logs = runner.requestsTo('/logs').map(({ text }) => text);
    expect(logs.join()).toContain('/me?ids=1%2C2 → 200');
    expect(logs.join()).not.toContain(API_KEY);
  });

  it('sends bodies as JSON, and reads bytes as a Buffer', async () => {
    runner.world.on('POST', '/echo', ({ text, headers }) => ({ body: { text, type: headers['content-type'] } }));
    const json = `return (await nango.post({ endpoint: '/echo', data: { a: 1 } })).data`;
    expect(outputOf(await runner.run(json))).toEqual({ text: '{"a":1}', type: 'application/json' });
    runner.world.on('GET', '/file', () => ({ body: new Uint8Array([0, 255, 1]) }));
    const bytes = `const { data } = await nango.get({ endpoint: '/file', responseType: 'arraybuffer' }); return [Buffer.isBuffer(data), [...data]]`;
    expect(outputOf(await runner.run(bytes))).toEqual([true, [0, 255, 1]]);
  });

  it('fails as axios does, and an uncaught failure passes on what the upstream said', async () => {
    runner.world.on('GET', '/denied', () => ({
      status: 403,
      body: { why: 'no' },
      headers: { 'x-ratelimit-left': '0', 'x-other': '1' },
    }));
    const caught = `try { await nango.get({ endpoint: '/denied' }) } catch (e) {
      return [e instanceof Error, e.isAxiosError, e.name, e.code, e.message, e.status, e.response.status, e.response.data] }`;
    expect(outputOf(await runner.run(caught))).toEqual([
      true,
      true,
      'AxiosError',
      'ERR_BAD_REQUEST',
      'Request failed with status code 403',
      403,
      403,
      { why: 'no' },
    ]);
    const uncaught = failureOf(await runner.run(`await nango.get({ endpoint: '/denied' })`));
    expect(uncaught).toEqual({
      code: 'script_http_error',
      status: 424,
      payload: { why: 'no' },
      upstream: { status: 403, headers: { 'content-type': 'application/json', 'x-ratelimit-left': '0' }, body: { why: 'no' } },
    });
  });

  it('without an answer is a network error', async () => {
    runner.world.on('GET', '/cut', () => ({ destroy: true }));
    const error = failureOf(await runner.run(`await nango.get({ endpoint: '/cut' })`));
    expect(error).toMatchObject({ code: 'script_network_error', status: 500 });
  });

  it('is tried again as asked, after the time the upstream names', async () => {
    let calls = 0;
    runner.world.on('GET', '/flaky', () => {
      calls += 1;
      return calls < 3 ? { status: 503, headers: { 'retry-after': '0' } } : { body: { calls } };
    });
    expect(outputOf(await runner.run(`return (await nango.get({ endpoint: '/flaky', retries: 3 })).data`))).toEqual({
      calls: 3,
    });
  });

  it('asks for new credentials after a 401, and gives up when they are the old ones', async () => {
    runner.world.on('GET', '/expired', () => ({ status: 401, headers: { 'retry-after': '0' } }));
    runner.world.on('POST', '/internal/lease', () => ({
      body: {
        connection: { connection_id: 'c1', credentials: { type: 'API_KEY', apiKey: API_KEY } },
        provider: {},
        integration: {},
      },
    }));
    const error = failureOf(await runner.run(`await nango.get({ endpoint: '/expired', retries: 5 })`));
    expect(error).toMatchObject({ code: 'script_http_error', upstream: { status: 401 } });
    expect(runner.requestsTo('/internal/lease').at(-1)?.json).toEqual({
      providerConfigKey: 'crm',
      connectionId: 'c1',
      forceRefresh: false,
      rejected: true,
    });
    expect(runner.requestsTo('/expired')).toHaveLength(1);
  });

  it('to addresses the operator forbids is refused by name', async () => {
    const exec = `try { await nango.uncontrolledFetch({ url: new URL('http://169.254.169.254/') }) } catch (e) {
      return [e instanceof nango.ActionError, e.payload.code] }`;
    expect(outputOf(await runner.run(exec))).toEqual([true, 'url_not_allowed']);
  });

  it('without credentials goes through uncontrolledFetch', async () => {
    runner.world.on('POST', '/plain', ({ text, headers }) => ({ status: 201, body: { text, key: headers['x-key'] ?? null } }));
    const exec = `const r = await nango.uncontrolledFetch({ url: new URL('${runner.world.url}/plain'), method: 'POST', body: 'x' });
      return [r.status, r.ok, await r.json()]`;
    expect(outputOf(await runner.run(exec))).toEqual([201, true, { text: 'x', key: null }]);
  });
});

const collect = (paginate: string) =>
  `const all = []; for await (const page of nango.paginate({ endpoint: '/pages', ${paginate} })) all.push(...page); return all`;

describe('pages', () => {
  it('are followed by cursor, by default as the provider says', async () => {
    runner.world.on('GET', '/pages', ({ query }) => ({
      body: query['after'] ? { items: [3], next: '' } : { items: [1, 2], next: ' c2 ' },
    }));
    const provider = {
      proxy: {
        paginate: { type: 'cursor', cursor_name_in_request: 'after', cursor_path_in_response: 'next', response_path: 'items' },
      },
    };
    expect(outputOf(await runner.run(collect(''), { provider }))).toEqual([1, 2, 3]);
    expect(runner.requestsTo('/pages').at(-1)?.query).toEqual({ after: 'c2' });
  });

  it('are followed by link, also under a name with dots', async () => {
    runner.world.on('GET', '/pages', () => ({ body: { value: [1], '@odata.nextLink': `${runner.world.url}/more?skip=1` } }));
    runner.world.on('GET', '/more', () => ({ body: { value: [2] } }));
    const settings = `paginate: { type: 'link', link_path_in_response_body: '@odata.nextLink', response_path: 'value' }`;
    expect(outputOf(await runner.run(collect(settings)))).toEqual([1, 2]);
  });

  it('are followed by link header', async () => {
    runner.world.on('GET', '/pages', () => ({ body: [1], headers: { link: `</more-list>; rel="next", </x>; rel="last"` } }));
    runner.world.on('GET', '/more-list', () => ({ body: [2] }));
    expect(outputOf(await runner.run(collect(`paginate: { type: 'link', link_rel_in_response_header: 'next' }`)))).toEqual([
      1, 2,
    ]);
  });

  it('are followed by offset', async () => {
    runner.world.on('GET', '/pages', ({ query }) => ({
      body: [1, 2, 3, 4, 5].slice(Number(query['skip']), Number(query['skip']) + 2),
    }));
    const settings = `paginate: { type: 'offset', offset_name_in_request: 'skip', limit: 2, limit_name_in_request: 'top' }`;
    expect(outputOf(await runner.run(collect(settings)))).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('a connection', () => {
  it('is shown when the function asks', async () => {
    const exec = `const c = await nango.getConnection(); return [c.connection_id, await nango.getToken(), await nango.getMetadata()]`;
    expect(outputOf(await runner.run(exec))).toEqual(['c1', { type: 'API_KEY', apiKey: API_KEY }, { region: 'eu' }]);
  });

  it('takes metadata', async () => {
    runner.world.on('PATCH', '/internal/metadata', () => ({ status: 204 }));
    const exec = `await nango.updateMetadata({ size: 3 }); return nango.getMetadata()`;
    expect(outputOf(await runner.run(exec))).toEqual({ region: 'eu', size: 3 });
    expect(runner.requestsTo('/internal/metadata').at(-1)?.json).toEqual({ size: 3 });
  });

  it('belongs to an integration and an environment', async () => {
    runner.world.on('GET', '/internal/integration', () => ({
      body: { unique_key: 'crm', webhook_url: 'https://hooks.test/crm' },
    }));
    runner.world.on('GET', '/internal/environment-variables', () => ({ body: [{ name: 'A', value: '1' }] }));
    const exec = `return [(await nango.getIntegration()).unique_key, await nango.getWebhookURL(), await nango.getEnvironmentVariables()]`;
    expect(outputOf(await runner.run(exec))).toEqual(['crm', 'https://hooks.test/crm', [{ name: 'A', value: '1' }]]);
  });
});

describe('a function that fails', () => {
  it.each([
    [`throw new nango.ActionError({ field: 'name' })`, 'action_script_runtime_error', 500, { field: 'name' }],
    [
      `await nango.zodValidateInput({ zodSchema: require('zod').z.object({ a: require('zod').z.string() }), input: {} })`,
      'action_script_runtime_error',
      500,
      { message: 'Invalid input provided' },
    ],
    [`throw new TypeError('bad thing')`, 'script_internal_error', 500, { name: 'TypeError', message: 'bad thing' }],
    [`throw { odd: true }`, 'script_internal_error', 500, { message: '{"odd":true}' }],
    [`require('fs')`, 'script_internal_error', 500, { message: "Module 'fs' is not allowed" }],
    [
      `return 'x'.repeat(5 * 1024 * 1024)`,
      'script_internal_error',
      500,
      { message: 'the output is 5242882 bytes long, the limit is 2097152' },
    ],
    [
      `await new Promise(() => {})`,
      'script_internal_error',
      500,
      { message: 'the function waits for a promise that nothing will ever settle' },
    ],
    ['for (;;) {}', 'execution_timeout', 500, {}],
    ['const a = []; for (;;) a.push(new Array(1000).fill(0))', 'function_runtime_out_of_memory', 500, {}],
  ])('by %s is told so, and the next one runs', async (exec, code, status, payload) => {
    expect(failureOf(await runner.run(exec))).toMatchObject({ code, status, payload });
    expect(outputOf(await runner.run('return 1'))).toBe(1);
  });

  it('names the author’s own lines', async () => {
    const { payload } = failureOf(await runner.run(`throw new Error('here')`));
    expect((payload as { stacktrace: string[] }).stacktrace).toEqual([
      'Error: here',
      expect.stringContaining('subject-crm.cjs:3:'),
    ]);
  });
});

describe('a run', () => {
  it('ends when its caller goes away', async () => {
    const [called, held] = [signalled(), signalled()];
    runner.world.on('GET', '/held', async () => {
      called.resolve();
      await held.promise;
      return {};
    });
    const connection = await runner.connect();
    connection.send(runner.order(`await nango.get({ endpoint: '/held' }); await nango.get({ endpoint: '/after-the-end' })`));
    await called.promise;
    connection.terminate();
    await once(connection, 'close');
    held.resolve();
    expect(outputOf(await runner.run('return 1'))).toBe(1);
    expect(runner.requestsTo('/after-the-end')).toHaveLength(0);
  });

  it('ends when it is cancelled, also inside of an endless loop', async () => {
    const [called, cancel] = [signalled(), new AbortController()];
    runner.world.on('GET', '/started', () => {
      called.resolve();
      return {};
    });
    const outcome = runner.run(`await nango.get({ endpoint: '/started' }); for (;;) {}`, { signal: cancel.signal });
    await called.promise;
    cancel.abort(new Error('cancelled'));
    expect(failureOf(await outcome)).toMatchObject({ code: 'script_aborted', status: 410, message: 'cancelled' });
    expect(outputOf(await runner.run('return 1'))).toBe(1);
  });
});

it('says that it is ready', async () => {
  const ready = await fetch(`${runner.url}/ready`);
  expect([ready.status, await ready.json()]).toEqual([200, { result: 'ok' }]);
});
