import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { outputOf, startTestRunner, type TestRunner } from './test-runner.js';

/** `uncontrolledFetch`: a call without credentials, answered as `fetch` answers (spec/functions.md §2.1). */
let runner: TestRunner<Upstream>;
let other: Upstream;
let base: string;

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
  other = await startUpstream();
  base = runner.world.url;
  runner.world.on('*', '/echo', ({ method, headers, text, query }) => ({
    status: 201,
    headers: { 'x-one': '1', 'content-type': 'application/json; charset=utf-8' },
    body: { method, text, query, type: headers['content-type'], key: headers['x-key'], mine: headers['x-mine'] },
  }));
});
afterAll(async () => {
  await runner.close();
  await other.close();
});

const output = async (exec: string) => outputOf(await runner.run(exec.replaceAll('$base', base)));
const caught = (request: string, shown: string) =>
  output(`try { await nango.uncontrolledFetch(${request}); return 'no error' } catch (error) { return ${shown} }`);
const echoed = async (request: string) =>
  output(`const r = await nango.uncontrolledFetch({ url: new URL('$base/echo'), ${request} }); return r.json()`);

it('is in the run’s log, without the credentials of the connection', async () => {
  const from = runner.requestsTo('/logs').length;
  const exec = `const { credentials } = await nango.getConnection();
    await nango.uncontrolledFetch({ url: new URL('$base/echo'), headers: { 'x-mine': credentials.apiKey, 'x-plain': 'seen' } })`;
  await output(exec);
  const [message] = runner
    .requestsTo('/logs')
    .slice(from)
    .flatMap(({ json }) => (json as { messages: unknown[] }).messages);
  expect(message).toMatchObject({
    type: 'http',
    level: 'info',
    request: { method: 'GET', url: `${base}/echo`, headers: { 'x-mine': '[redacted]', 'x-plain': 'seen' } },
    response: { code: 201 },
  });
});

describe('an answer', () => {
  it('has the members of a Response', async () => {
    const exec = `const r = await nango.uncontrolledFetch({ url: new URL('$base/echo?a=1'), method: 'post', body: 'x' });
      return { ok: r.ok, status: r.status, statusText: r.statusText, url: r.url, redirected: r.redirected, type: r.type, bodyUsed: r.bodyUsed,
        name: r.constructor.name, tag: String(r), header: r.headers.get('X-One'), none: r.headers.get('x-none'), isHeaders: r.headers instanceof Headers }`;
    expect(await output(exec)).toEqual({
      ok: true,
      status: 201,
      statusText: 'Created',
      url: `${base}/echo?a=1`,
      redirected: false,
      type: 'basic',
      bodyUsed: false,
      name: 'Response',
      tag: '[object Response]',
      header: '1',
      none: null,
      isHeaders: true,
    });
  });

  it('is read as text, JSON or bytes, once, or once more as a clone', async () => {
    runner.world.on('GET', '/small', () => ({ body: { a: 'ä' } }));
    const exec = `const get = () => nango.uncontrolledFetch({ url: new URL('$base/small') });
      const r = await get(); const copy = r.clone();
      const results = [await r.text(), r.bodyUsed, await copy.json(), copy.bodyUsed];
      results.push(await r.text().catch((e) => [e.name, e.message]));
      try { r.clone() } catch (e) { results.push(e.name) }
      const buffer = await (await get()).arrayBuffer();
      results.push(buffer instanceof ArrayBuffer, Buffer.from(buffer).toString());
      results.push(Buffer.from(await (await get()).bytes()).toString());
      return results`;
    expect(await output(exec)).toEqual([
      '{"a":"ä"}',
      true,
      { a: 'ä' },
      true,
      ['TypeError', 'Body is unusable: Body has already been read'],
      'TypeError',
      true,
      '{"a":"ä"}',
      '{"a":"ä"}',
    ]);
  });

  it('has a body that can be read as a stream', async () => {
    runner.world.on('GET', '/small', () => ({ body: 'text' }));
    runner.world.on('GET', '/none', () => ({ status: 204 }));
    const exec = `const get = (path) => nango.uncontrolledFetch({ url: new URL('$base' + path) });
      const parts = []; for await (const part of (await get('/small')).body) parts.push(Buffer.from(part).toString());
      const reader = (await get('/small')).body.getReader(); const first = await reader.read(); const second = await reader.read();
      return [parts.join(''), Buffer.from(first.value).toString(), first.done, second.done, (await get('/none')).body, await (await get('/none')).text()]`;
    const [text, again, ...rest] = (await output(exec)) as string[];
    expect([text, again]).toEqual([text, text]);
    expect(text).toContain('text');
    expect(rest).toEqual([false, true, null, '']);
  });

  it.each([400, 503])('of %i is no error', async (status) => {
    runner.world.on('GET', '/bad', () => ({ status, body: { why: 'no' } }));
    const exec = `const r = await nango.uncontrolledFetch({ url: new URL('$base/bad') }); return [r.ok, r.status, await r.json()]`;
    expect(await output(exec)).toEqual([false, status, { why: 'no' }]);
  });
});

describe('a request', () => {
  it.each([
    [`method: 'GET'`, { method: 'GET', text: '' }],
    [`method: 'DELETE'`, { method: 'DELETE', text: '' }],
    [`method: 'POST', body: 'x'`, { method: 'POST', text: 'x', type: 'text/plain;charset=UTF-8' }],
    [`method: 'POST', body: null`, { method: 'POST', text: '' }],
    [
      `method: 'POST', body: new URLSearchParams({ a: '1 2' })`,
      { method: 'POST', text: 'a=1+2', type: 'application/x-www-form-urlencoded;charset=UTF-8' },
    ],
    [`method: 'PUT', body: Buffer.from('bytes')`, { method: 'PUT', text: 'bytes' }],
    [
      `method: 'POST', body: 'not json', headers: { 'Content-Type': 'application/json', 'X-Mine': 'y' }`,
      { method: 'POST', text: 'not json', type: 'application/json', mine: 'y' },
    ],
    [`headers: new Headers({ 'x-mine': 'y' })`, { method: 'GET', text: '', mine: 'y' }],
    [`headers: [['x-mine', 'y'], ['x-mine', 'z']]`, { method: 'GET', text: '', mine: 'y, z' }],
  ])('with %s is sent so, without credentials', async (request, expected) => {
    expect(await echoed(request)).toEqual({ query: {}, ...expected });
  });

  it('of a GET takes no body', async () => {
    expect(await caught(`{ url: new URL('$base/echo'), body: 'x' }`, '[error.name, error.message]')).toEqual([
      'TypeError',
      'a request with the method GET cannot have a body',
    ]);
  });

  it('that gets no answer fails as fetch does', async () => {
    runner.world.on('GET', '/cut', () => ({ destroy: true }));
    const shown = '[error instanceof TypeError, error.name, error.message]';
    expect(await caught(`{ url: new URL('$base/cut') }`, shown)).toEqual([true, 'TypeError', 'fetch failed']);
  });
});

describe('a redirect', () => {
  const refusals = `[error instanceof nango.ActionError, error.payload.code]`;

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', 'x'],
    [308, 'POST', 'POST', 'x'],
    [301, 'PUT', 'PUT', 'x'],
  ])('of %i makes of a %s a %s', async (status, method, then, text) => {
    runner.world.on('*', '/moved', () => ({ status, headers: { location: '/echo' } }));
    const exec = `const r = await nango.uncontrolledFetch({ url: new URL('$base/moved'), method: '${method}', body: 'x' }); return r.json()`;
    expect(await output(exec)).toMatchObject({ method: then, text });
  });

  it('to elsewhere takes no proof of who calls along', async () => {
    other.on('GET', '/there', ({ headers }) => ({
      body: { seen: ['authorization', 'proxy-authorization', 'cookie', 'accept'].filter((name) => name in headers) },
    }));
    runner.world.on('GET', '/away', () => ({ status: 302, headers: { location: `${other.url}/there` } }));
    const headers = `{ authorization: 'a', 'proxy-authorization': 'b', cookie: 'c', accept: 'd' }`;
    const exec = `return (await nango.uncontrolledFetch({ url: new URL('$base/away'), headers: ${headers} })).json()`;
    expect(await output(exec)).toEqual({ seen: ['accept'] });
  });

  it.each([
    ['http://169.254.169.254/latest', 'url_not_allowed'],
    ['http://[bad', 'invalid_redirect'],
    ['/circle', 'too_many_redirects'],
  ])('to %s is an error with the code %s', async (location, code) => {
    runner.world.on('GET', '/circle', () => ({ status: 302, headers: { location } }));
    expect(await caught(`{ url: new URL('$base/circle') }`, refusals)).toEqual([true, code]);
  });

  it('is not needed for an address to be refused', async () => {
    expect(await caught(`{ url: new URL('http://169.254.169.254/') }`, refusals)).toEqual([true, 'url_not_allowed']);
  });
});
