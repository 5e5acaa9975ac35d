import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { API_KEY, failureOf, outputOf, type RunOptions, startTestRunner, type TestRunner } from './test-runner.js';

/** HTTP of functions in real isolates, to a provider that does as it likes (spec/functions.md §2.1). */
let runner: TestRunner<Upstream>;
let provider: Server;
let seen: { request: IncomingMessage; body: string }[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let base: string;

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
  provider = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
});
afterAll(async () => {
  provider.closeAllConnections();
  provider.close();
  await runner.close();
});
beforeEach(() => {
  seen = [];
  answer = (_request, response) => void response.end('{"ok":true}');
});

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  seen.push({ request, body: await text(request) });
  answer(request, response);
}

const run = (exec: string, { provider: given, ...options }: RunOptions = {}) =>
  runner.run(exec, { ...options, provider: { ...given, proxy: { base_url: base, ...(given?.['proxy'] as object) } } });
const output = async (exec: string, options?: RunOptions) => outputOf(await run(exec, options));
const caught = (call: string, shown: string, options?: RunOptions) =>
  output(`try { await ${call}; return 'no error' } catch (error) { return ${shown} }`, options);
interface Logged {
  readonly type: string;
  readonly level: string;
  readonly message: string;
  readonly response?: { readonly body?: string };
}
const messages = () => runner.requestsTo('/logs').flatMap(({ json }) => (json as { messages: Logged[] }).messages);

describe('a request', () => {
  it.each(['HEAD', 'OPTIONS', 'PATCH', 'PUT', 'DELETE'])('may be a %s', async (method) => {
    answer = (_request, response) => void response.writeHead(200, { 'x-up': '1' }).end();
    const exec = `const r = await nango.proxy({ method: '${method}', endpoint: '/x', data: { a: 1 } }); return [r.status, r.headers['x-up'], r.data]`;
    expect(await output(exec)).toEqual([200, '1', '']);
    expect([seen[0]?.request.method, seen[0]?.body]).toEqual([method, ['HEAD', 'OPTIONS'].includes(method) ? '' : '{"a":1}']);
  });

  it.each([
    [`data: new URLSearchParams({ a: '1 2' })`, 'a=1+2', 'application/x-www-form-urlencoded;charset=utf-8'],
    [
      `data: { a: [1, 2] }, headers: { 'content-type': 'application/x-www-form-urlencoded' }`,
      'a%5B%5D=1&a%5B%5D=2',
      'application/x-www-form-urlencoded',
    ],
    [`data: 'a=1'`, 'a=1', 'application/x-www-form-urlencoded'],
    [`data: '<a/>', headers: { 'Content-Type': 'text/xml' }`, '<a/>', 'text/xml'],
    [`data: Buffer.from([1, 255])`, '\u0001�', 'application/octet-stream'],
    [
      `data: { name: 'x' }, headers: { 'content-type': 'multipart/form-data' }`,
      expect.stringContaining('name="name"\r\n\r\nx'),
      expect.stringMatching(/^multipart\/form-data; boundary=/),
    ],
  ])('with %s sends it so', async (config, body, type) => {
    await output(`await nango.post({ endpoint: '/x', ${config} })`);
    expect([seen[0]?.body, seen[0]?.request.headers['content-type']]).toEqual([body, type]);
  });

  it('may have fields that are null, and numbers as text', async () => {
    const names =
      'headers params data retries retryOn retryHeader method responseType baseUrlOverride decompress connectionId providerConfigKey';
    const config = `{ endpoint: '/x', ${names
      .split(' ')
      .map((name) => `${name}: null`)
      .join(', ')} }`;
    const exec = `const { data } = await nango.get(${config}); return [data, (await nango.get({ endpoint: '/x', retries: '1', retryOn: ['418'], headers: new Map([['x-mine', 'y']]) })).status]`;
    expect(await output(exec)).toEqual([{ ok: true }, 200]);
    expect(seen[1]?.request.headers['x-mine']).toBe('y');
  });

  it('is retried as its own header names, on the statuses it names, with a word about each wait', async () => {
    answer = (_request, response) =>
      void response.writeHead(seen.length < 3 ? 409 : 200, { 'x-wait': '0.01' }).end('{"done":true}');
    const exec = `return (await nango.get({ endpoint: '/again', retries: 3, retryOn: [409], retryHeader: { after: 'x-wait' } })).data`;
    expect(await output(exec)).toEqual({ done: true });
    const told = messages().filter(({ message }) => /\/again|attempt \d/.test(message));
    expect(told.map(({ type, level, message }) => [type, level, message.replace(base, '')])).toEqual([
      ['http', 'warn', 'GET /again → 409'],
      ['log', 'warn', 'HTTP call failed (409); attempt 2 follows in 10 ms'],
      ['http', 'warn', 'GET /again → 409'],
      ['log', 'warn', 'HTTP call failed (409); attempt 3 follows in 10 ms'],
      ['http', 'info', 'GET /again → 200'],
    ]);
  });

  it('does not wait for what comes after the end of its run', async () => {
    answer = (_request, response) => void response.writeHead(429, { 'retry-after': '3600' }).end('{"slow":"down"}');
    const shown = `[error.response.status, error.response.data, error.response.headers['retry-after'], error.response.headers['fairlead-retry']]`;
    expect(await caught(`nango.get({ endpoint: '/x', retries: 5 })`, shown)).toEqual([
      429,
      { slow: 'down' },
      '3600',
      'refused; reason=out-of-time',
    ]);
  });
});

describe('an answer', () => {
  it('is decoded, and stays as it is where the author says so', async () => {
    const bytes = gzipSync('{"a":1}');
    answer = (request, response) => {
      const isAsked = request.headers['accept-encoding'] !== undefined;
      response.writeHead(200, isAsked ? { 'content-encoding': 'gzip' } : {}).end(isAsked ? bytes : 'plain');
    };
    expect(await output(`return (await nango.get({ endpoint: '/x' })).data`)).toEqual({ a: 1 });
    expect(await output(`return (await nango.get({ endpoint: '/x', decompress: false })).data`)).toBe('plain');
  });

  it.each([
    ['text', '{"ok":true}'],
    ['json', { ok: true }],
    ['blob', '{"ok":true}'],
    ['document', '{"ok":true}'],
    ['arraybuffer', { type: 'Buffer', data: [...Buffer.from('{"ok":true}')] }],
  ])('comes as %s', async (type, expected) => {
    expect(await output(`return (await nango.get({ endpoint: '/x', responseType: '${type}' })).data`)).toEqual(expected);
  });

  it.each([
    [`responseType: 'stream'`, 'the request is not valid: responseType must be json, text or arraybuffer in a function'],
    [`files: { a: 'x' }`, expect.stringMatching(/files is not available to functions: give the fields in data/)],
  ])('cannot be had with %s, and nothing is sent', async (config, expected) => {
    expect(await caught(`nango.post({ endpoint: '/x', ${config} })`, 'error.message')).toEqual(expected);
    expect(seen).toEqual([]);
  });
});

describe('a response', () => {
  it('has the members of one of axios', async () => {
    answer = (_request, response) => void response.writeHead(201, { 'X-One': '1', 'set-cookie': ['a=1', 'b=2'] }).end('{"a":1}');
    const exec = `const r = await nango.post({ endpoint: '/x?q=1', params: { p: [1, 2] }, headers: { 'X-Mine': 'y' }, data: { z: 1 } });
      return { keys: Object.keys(r).sort(), status: r.status, statusText: r.statusText, data: r.data, one: r.headers['x-one'],
        cookies: r.headers['set-cookie'], config: r.config, request: r.request }`;
    expect(await output(exec)).toEqual({
      keys: ['config', 'data', 'headers', 'request', 'status', 'statusText'],
      status: 201,
      statusText: 'Created',
      data: { a: 1 },
      one: '1',
      cookies: ['a=1', 'b=2'],
      config: { method: 'post', url: '/x?q=1', params: { p: '1,2' }, headers: { 'x-mine': 'y' } },
      request: { method: 'POST', path: '/x?q=1' },
    });
  });

  it('has headers that are one text each but for cookies, and that can be asked as those of axios', async () => {
    answer = (_request, response) =>
      void response
        .writeHead(
          seen.length === 1 ? 200 : 404,
          [
            ['X-Many', '1'],
            ['X-Many', '2'],
            ['Set-Cookie', 'a=1'],
          ].flat(),
        )
        .end();
    const told = (response: string) =>
      `[${response}['x-many'], ${response}['set-cookie'], ${response}.get('X-Many'), ${response}.has('x-none'), 'get' in { ...${response} }, Object.keys(${response}).includes('get'), JSON.stringify(${response}).includes('x-many'), Object.fromEntries(${response})['x-many']]`;
    const exec = `const { headers } = await nango.get({ endpoint: '/x' }); const ok = ${told('headers')};
      try { await nango.get({ endpoint: '/x' }) } catch (error) { return [ok, ${told('error.response.headers')}] }`;
    const expected = ['1, 2', ['a=1'], '1, 2', false, false, false, true, '1, 2'];
    expect(await output(exec)).toEqual([expected, expected]);
  });

  it.each([
    [`{ a: 1, b: 'x y', c: true, no: undefined, none: null }`, 'a=1&b=x%20y&c=true'],
    ['{ ids: [1, 2, 3] }', 'ids=1%2C2%2C3'],
    [`'a=1&a=2'`, 'a=1&a=2'],
    [`'?a=1'`, 'a=1'],
    [`new URLSearchParams([['a', '1'], ['a', '2']])`, 'a=1&a=2'],
    ['undefined', undefined],
    ['{}', undefined],
  ])('is asked for with the params %s', async (params, expected) => {
    await output(`await nango.get({ endpoint: '/x', params: ${params} })`);
    expect(seen[0]?.request.url?.split('?')[1]).toBe(expected);
  });

  it.each([
    ['', ''],
    ['{"bad json', '{"bad json'],
    ['\ufeff{"a":1}', { a: 1 }],
    ['12', 12],
    ['null', null],
  ])('whose body is %j has the data %j', async (body, data) => {
    answer = (_request, response) => void response.end(body);
    expect(await output(`return [(await nango.get({ endpoint: '/x' })).data]`)).toEqual([data]);
  });
});

describe('an error', () => {
  it('has bytes where bytes were asked for', async () => {
    answer = (_request, response) => void response.writeHead(400).end('why');
    const shown = `[Buffer.isBuffer(error.response.data), error.response.data.toString()]`;
    expect(await caught(`nango.get({ endpoint: '/x', responseType: 'arraybuffer' })`, shown)).toEqual([true, 'why']);
  });

  it('has what axios has, and no more of it shows', async () => {
    answer = (_request, response) => void response.writeHead(404, { 'x-id': '7' }).end('{"a":1}');
    const shown = `{ own: Object.keys(error).sort(), response: Object.keys(error.response).sort(), request: error.request, same: error.response.config === error.config, text: String(error) }`;
    expect(await caught(`nango.get({ endpoint: '/x' })`, shown)).toEqual({
      own: ['code', 'config', 'name', 'request', 'response', 'status'],
      response: ['config', 'data', 'headers', 'request', 'status', 'statusText'],
      request: { method: 'GET', path: '/x' },
      same: true,
      text: 'AxiosError: Request failed with status code 404',
    });
  });

  it('is one of axios, with the answer in it and without credentials', async () => {
    answer = (_request, response) =>
      void response.writeHead(503, { 'content-type': 'text/html', 'x-id': '7' }).end('<h1>busy</h1>');
    const call = `nango.get({ endpoint: '/x', params: { a: 1 }, headers: { 'X-Mine': 'y' } })`;
    const shown = `[error.isAxiosError, error.name, error.code, error.message, error.status, error.response, error.config, error.toJSON()]`;
    const [isAxios, name, code, message, status, response, config, json] = (await caught(call, shown)) as unknown[];
    expect([isAxios, name, code, message, status]).toEqual([
      true,
      'AxiosError',
      'ERR_BAD_RESPONSE',
      'Request failed with status code 503',
      503,
    ]);
    expect(response).toMatchObject({
      status: 503,
      statusText: 'Service Unavailable',
      headers: { 'x-id': '7' },
      data: '<h1>busy</h1>',
    });
    expect(config).toEqual({ method: 'get', url: '/x', params: { a: '1' }, headers: { 'x-mine': 'y' } });
    expect(json).toEqual({
      name: 'AxiosError',
      message,
      code,
      status: 503,
      config,
      stack: expect.stringContaining(String(message)),
    });
  });

  it('without an answer has a code and no response', async () => {
    answer = (_request, response) => void response.destroy();
    const shown = `[error.isAxiosError, error.code, 'response' in error && error.response !== undefined, error.config.method]`;
    expect(await caught(`nango.post({ endpoint: '/x' })`, shown)).toEqual([true, 'ECONNRESET', false, 'post']);
  });

  it.each([
    [`endpoint: ''`, 'missing_api_url'],
    [`endpoint: '/x?a=1', params: 'b=2'`, 'invalid_query_params'],
    [`endpoint: '/x', baseUrlOverride: 'http://169.254.169.254'`, 'base_url_override_not_allowed'],
  ])('in the call (%s) has its own code', async (config, code) => {
    expect(await caught(`nango.get({ ${config} })`, `[error.code, error.isAxiosError]`)).toEqual([code, null]);
  });

  it('because of a redirect inside says so', async () => {
    answer = (_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    expect(await caught(`nango.get({ endpoint: '/x' })`, 'error.code')).toBe('proxy_redirect_to_denied_host');
  });
});

describe('the log', () => {
  it('shows what an upstream says with its refusal, and no credential in any spelling', async () => {
    const spellings = [API_KEY, encodeURIComponent(API_KEY), Buffer.from(API_KEY).toString('base64').replaceAll('=', '')];
    answer = (_request, response) =>
      void response
        .writeHead(400, { 'content-type': 'application/json', 'x-echo': spellings.join(' ') })
        .end(JSON.stringify({ said: spellings, in: JSON.stringify({ key: API_KEY }) }));
    await caught(`nango.get({ endpoint: '/wrong?key=' + encodeURIComponent('${API_KEY}') })`, 'error.status');
    const logged = messages().find(({ message }) => message.includes('/wrong'));
    expect(logged).toMatchObject({ level: 'error', type: 'http', response: { body: expect.stringContaining('[redacted]') } });
    for (const spelling of spellings) expect(JSON.stringify(logged)).not.toContain(spelling);
  });

  it('holds the first calls of a sync, and of the others as many as the operator wants', async () => {
    const own = await startTestRunner(await startUpstream(), { RUNNER_HTTP_LOG_SAMPLE_PCT: '10' });
    try {
      const options = { kind: 'sync', provider: { proxy: { base_url: base } } } as const;
      await own.run(`for (let n = 0; n < 25; n += 1) await nango.get({ endpoint: '/often' })`, options);
      await own.run(`for (let n = 0; n < 25; n += 1) await nango.get({ endpoint: '/seldom' })`, { ...options, kind: 'action' });
      const logged = own
        .requestsTo('/logs')
        .map(({ text: sent }) => sent)
        .join();
      expect([logged.split('/often →').length - 1, logged.split('/seldom →').length - 1]).toEqual([7, 25]);
    } finally {
      await own.close();
    }
  });
});

describe('credentials that are refused', () => {
  const leaseOf = (apiKey: string, credentialsVersion: number) => ({
    connection: {
      connection_id: 'c1',
      provider_config_key: 'crm',
      credentials: { type: 'API_KEY', apiKey },
      connection_config: {},
    },
    provider: { auth_mode: 'API_KEY', proxy: { base_url: base, headers: { 'x-key': '${apiKey}' } } },
    integration: { uniqueKey: 'crm', provider: 'crm', clientId: null, clientSecret: null, custom: {} },
    credentialsVersion,
    renewable: true,
  });
  const asks = () => runner.requestsTo('/internal/lease').map(({ json }) => json);

  it('are renewed once for all calls of a run, which are made once more', async () => {
    runner.world.on('POST', '/internal/lease', () => ({ body: leaseOf('new-key', 8) }));
    answer = (request, response) => void response.writeHead(request.headers['x-key'] === 'new-key' ? 200 : 401).end('{}');
    const exec = `const all = await Promise.all(Array.from({ length: 20 }, () => nango.get({ endpoint: '/x' })));
      return [...all, await nango.get({ endpoint: '/x' })].map(({ status }) => status)`;
    const before = asks().length;
    expect(await output(exec, { lease: { credentialsVersion: 7, renewable: true } })).toEqual(Array(21).fill(200));
    expect(asks().slice(before)).toEqual([
      { providerConfigKey: 'crm', connectionId: 'c1', forceRefresh: false, rejected: true, rejectedVersion: 7 },
    ]);
  });

  it('that could not be renewed leave the refusal, and a word in the log', async () => {
    runner.world.on('POST', '/internal/lease', () => ({
      status: 424,
      body: { error: { code: 'connection_refresh_backoff', message: 'not so soon' } },
    }));
    answer = (_request, response) => void response.writeHead(401).end('{"who":"are you"}');
    const error = failureOf(
      await run(`await nango.get({ endpoint: '/x' })`, { lease: { credentialsVersion: 7, renewable: true } }),
    );
    expect(error).toMatchObject({ code: 'script_http_error', upstream: { status: 401, body: { who: 'are you' } } });
    expect(messages().map(({ message }) => message)).toContain('the credentials were not renewed: not so soon');
    expect(seen).toHaveLength(1);
  });
});
