import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { failureOf, outputOf, startTestRunner, type TestRunner } from './test-runner.js';

/** Every way a function can fail, and what its caller is told (spec/functions.md §4.3, §4.2). */
let runner: TestRunner<Upstream>;

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
});
afterAll(() => runner.close());

const failure = async (exec: string) => failureOf(await runner.run(exec));
const INTERNAL = {
  code: 'script_internal_error',
  status: 500,
  message: 'An internal error occurred during the script execution',
};
const AUTHOR = { code: 'action_script_runtime_error', status: 500, message: 'The action script failed with a runtime error' };
const stacktrace = expect.arrayContaining([expect.stringContaining('subject-crm.cjs')]);

describe('an ActionError', () => {
  it.each<[string, unknown]>([
    [`{ field: 'name', inner: [1] }`, { field: 'name', inner: [1] }],
    ['', {}],
    [`'text'`, { message: 'text' }],
    ['7', { message: 7 }],
    ['[1, 2]', { message: [1, 2] }],
    ['{ missing: undefined, at: new Date(0) }', { at: '1970-01-01T00:00:00.000Z' }],
    ['{ big: 1n }', { unserialisable: expect.stringContaining('BigInt') }],
  ])('with (%s)', async (payload, expected) => {
    expect(await failure(`throw new nango.ActionError(${payload})`)).toEqual({ ...AUTHOR, payload: expected });
  });

  it('that is too long loses whole properties', async () => {
    const error = await failure(`throw new nango.ActionError({ why: 'long', all: 'x'.repeat(3 * 1024 * 1024) })`);
    expect(error).toEqual({ ...AUTHOR, payload: { why: 'long' } });
  });

  it.each(['get payload() { throw new Error("mine") }', 'get payload() { return { toJSON() { throw new Error("mine") } } }'])(
    'with a hostile getter (%s) is one all the same',
    async (getter) => {
      const error = await failure(
        `const e = new nango.ActionError(); Object.defineProperty(e, 'payload', Object.getOwnPropertyDescriptor({ ${getter} }, 'payload')); throw e`,
      );
      expect(error.code).toBe('action_script_runtime_error');
    },
  );
});

describe('an answer of an upstream that nobody caught', () => {
  const denied = (reply: object) => runner.world.on('GET', '/denied', () => reply);

  it.each<[object, object, unknown]>([
    [{ status: 403, body: { why: 'no' } }, { why: 'no' }, { why: 'no' }],
    [{ status: 422, body: { payload: { a: 1 }, other: 2 } }, { a: 1 }, { payload: { a: 1 }, other: 2 }],
    [{ status: 404, body: 'gone' }, { message: 'gone' }, 'gone'],
    [{ status: 500 }, { message: '' }, ''],
  ])('%j', async (reply, payload, body) => {
    denied({ ...reply, headers: { 'content-type': 'text/plain', 'x-ratelimit-left': '0', 'set-cookie': 'secret' } });
    expect(await failure(`await nango.get({ endpoint: '/denied' })`)).toEqual({
      code: 'script_http_error',
      status: 424,
      payload,
      upstream: {
        status: (reply as { status: number }).status,
        headers: { 'content-type': 'text/plain', 'x-ratelimit-left': '0' },
        body,
      },
    });
  });

  it('shows bytes as what they say', async () => {
    denied({ status: 400, body: { why: 'no' } });
    const error = await failure(`await nango.get({ endpoint: '/denied', responseType: 'arraybuffer' })`);
    expect(error).toMatchObject({ code: 'script_http_error', payload: { why: 'no' }, upstream: { body: { why: 'no' } } });
  });

  it('of 429 is the provider’s, not ours', async () => {
    denied({ status: 429, body: { slow: 'down' } });
    expect(await failure(`await nango.get({ endpoint: '/denied' })`)).toMatchObject({
      code: 'script_http_error',
      upstream: { status: 429 },
    });
  });

  it('that is thrown again with another message keeps what it was', async () => {
    denied({ status: 409, body: { why: 'twice' } });
    const exec = `try { await nango.get({ endpoint: '/denied' }) } catch (error) { error.message = 'mine'; throw error }`;
    expect(await failure(exec)).toMatchObject({ code: 'script_http_error', payload: { why: 'twice' } });
  });
});

it('no answer is an error of the network', async () => {
  runner.world.on('GET', '/cut', () => ({ destroy: true }));
  expect(await failure(`await nango.get({ endpoint: '/cut' })`)).toEqual({
    code: 'script_network_error',
    status: 500,
    message: 'A network error occurred during an HTTP call',
    payload: { name: 'AxiosError', code: 'ECONNRESET', message: expect.any(String), stacktrace },
  });
});

describe('any other error', () => {
  it.each<[string, object]>([
    [`throw new Error('plain')`, { name: 'Error', message: 'plain', stacktrace }],
    [
      `throw Object.assign(new RangeError('far'), { code: 'E_FAR' })`,
      { name: 'RangeError', code: 'E_FAR', message: 'far', stacktrace },
    ],
    [`throw Object.assign(new Error('numbered'), { code: 404 })`, { name: 'Error', code: 404, message: 'numbered', stacktrace }],
    ['null.x', { name: 'TypeError', message: expect.stringContaining('null'), stacktrace }],
    [`require('fs')`, { name: 'Error', message: "Module 'fs' is not allowed", stacktrace }],
    [`throw 'text'`, { message: '"text"' }],
    ['throw { odd: true }', { message: '{"odd":true}' }],
    ['throw undefined', { message: 'undefined' }],
    ['throw null', { message: 'null' }],
    [`await nango.get({ endpoint: '' })`, { name: 'Error', code: 'missing_api_url', message: expect.any(String), stacktrace }],
  ])('%s', async (exec, payload) => {
    expect(await failure(exec)).toEqual({ ...INTERNAL, payload });
  });

  it('of zod says what is wrong', async () => {
    const { payload } = await failure(`require('zod').z.object({ name: require('zod').z.string() }).parse({})`);
    const { name, message } = payload as { name: string; message: string };
    expect([name, (JSON.parse(message) as { path: string[] }[])[0]?.path]).toEqual(['ZodError', ['name']]);
  });

  it('has up to nine lines of the author’s file', async () => {
    const { payload } = await failure(`const deep = (n) => { if (n === 0) throw new Error('deep'); deep(n - 1) }; deep(30)`);
    const { stacktrace: lines } = payload as { stacktrace: string[] };
    expect([lines.length, lines[0], lines.slice(1).every((line) => line.includes('subject-crm.cjs'))]).toEqual([
      10,
      'Error: deep',
      true,
    ]);
  });

  it.each([
    `const e = new Error('x'); Object.defineProperty(e, 'message', { get() { throw new Error('hostile') } }); throw e`,
    `throw new Proxy(new Error('x'), { get() { throw new Error('hostile') } })`,
    `throw new Proxy({}, { ownKeys() { throw new Error('hostile') }, getPrototypeOf() { throw new Error('hostile') } })`,
    `const a = {}; a.a = a; throw a`,
    `throw Object.assign(new Error('x'), { isAxiosError: true, response: { get status() { throw 1 } } })`,
    `throw 1n`,
    `throw Symbol('s')`,
    `throw () => 1`,
  ])('that is hostile or odd is told, and the next run is well: %s', async (exec) => {
    expect((await failure(exec)).code).toMatch(/^script_(internal|network)_error$/);
    expect(outputOf(await runner.run('return 1'))).toBe(1);
  });

  it('of code that does not parse', async () => {
    const error = failureOf(await runner.run('', { code: 'exports.default = {' }));
    expect(error).toMatchObject({ ...INTERNAL, payload: { name: 'SyntaxError' } });
  });
});

it('an unknown provider of another integration is an error of the SDK', async () => {
  runner.world.on('POST', '/internal/lease', () => ({
    status: 404,
    body: { error: { code: 'unknown_provider_template', message: 'the catalogue has no provider erp' } },
  }));
  const exec = `for await (const page of nango.paginate({ endpoint: '/x', providerConfigKey: 'erp', connectionId: 'c9' })) throw new Error('a page')`;
  expect(await failure(exec)).toEqual({
    code: 'unknown_provider_template_in_config',
    status: 500,
    message: 'the catalogue has no provider erp',
    payload: {},
  });
  expect(await failure(`await nango.get({ endpoint: '/x', providerConfigKey: 'erp', connectionId: 'c9' })`)).toEqual({
    ...INTERNAL,
    payload: { name: 'Error', code: 'unknown_provider', message: 'the catalogue has no provider erp', stacktrace },
  });
});

it('an output that is too long is told with both sizes', async () => {
  expect(await failure(`return 'x'.repeat(3 * 1024 * 1024)`)).toEqual({
    ...INTERNAL,
    payload: { name: 'Error', message: 'the output is 3145730 bytes long, the limit is 2097152' },
  });
});
