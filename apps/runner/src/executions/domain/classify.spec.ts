import { describe, expect, it } from 'vitest';
import { classifyFailure, classifyStop, type Failure, isInterruption, parseFailure } from './classify.js';

const SCRIPT = 'contacts-crm.cjs';
const classify = (failure: Failure) => classifyFailure(failure, SCRIPT);

const failed = (response: unknown) => classify({ kind: 'error', name: 'AxiosError', message: 'x', http: { response } });

describe('an author’s error', () => {
  it.each([
    [{ field: 'name' }, { field: 'name' }],
    [undefined, {}],
    ['text', { message: 'text' }],
    [['a'], { message: ['a'] }],
  ])('with payload %j answers %j', (payload, expected) => {
    expect(classify({ kind: 'action', payload })).toMatchObject({
      code: 'action_script_runtime_error',
      status: 500,
      payload: expected,
    });
  });
});

describe('an upstream error', () => {
  it('passes on status, body and the telling headers', () => {
    const headers = { 'Content-Type': 'application/json', 'X-RateLimit-Reset': 3, 'set-cookie': 's' };
    expect(failed({ status: 403, headers, data: { why: 'no' } })).toEqual({
      code: 'script_http_error',
      status: 424,
      payload: { why: 'no' },
      upstream: { status: 403, headers: { 'content-type': 'application/json', 'x-ratelimit-reset': '3' }, body: { why: 'no' } },
    });
  });

  it('prefers the body’s own payload, and wraps text', () => {
    expect(failed({ status: 400, headers: {}, data: { payload: { a: 1 } } }).payload).toEqual({ a: 1 });
    expect(failed({ status: 400, headers: {}, data: 'plain' }).payload).toEqual({ message: 'plain' });
  });

  it('without a response is a network error', () => {
    expect(classify({ kind: 'error', name: 'AxiosError', message: 'reset', code: 'ECONNRESET', http: {} })).toMatchObject({
      code: 'script_network_error',
      status: 500,
      payload: { code: 'ECONNRESET', message: 'reset' },
    });
  });

  it('with a forged response is a network error too', () => {
    expect(failed({ status: 'two hundred' }).code).toBe('script_network_error');
  });
});

describe('any other error', () => {
  it('keeps name, message and the author’s lines of the stack', () => {
    const stack = ['TypeError: bad', `    at exec (${SCRIPT}:3:5)`, '    at run (fairlead:prelude:1:1)'].join('\n');
    expect(classify({ kind: 'error', name: 'TypeError', message: 'bad', stack })).toMatchObject({
      code: 'script_internal_error',
      payload: { name: 'TypeError', message: 'bad', stacktrace: ['TypeError: bad', `at exec (${SCRIPT}:3:5)`] },
    });
  });

  it.each([
    [{ a: 1 }, '{"a":1}'],
    ['text', '"text"'],
    [null, 'null'],
    [undefined, 'undefined'],
  ])('that is no Error at all (%j) is shown as JSON', (thrown, message) => {
    expect(classify({ kind: 'thrown', thrown })).toEqual({
      code: 'script_internal_error',
      status: 500,
      message: 'An internal error occurred during the script execution',
      payload: { message },
    });
  });

  it('with the code of an SDK error is no SDK error', () => {
    expect(classify({ kind: 'error', name: 'Error', message: 'mine', code: 'script_aborted' })).toMatchObject({
      code: 'script_internal_error',
      payload: { code: 'script_aborted' },
    });
  });
});

describe('an error of the SDK', () => {
  it.each([
    ['script_aborted', 410],
    ['execution_timeout', 500],
    ['unknown_provider_template_in_config', 500],
  ])('keeps its code %s', (code, status) => {
    expect(classify({ kind: 'sdk', name: 'Error', message: 'late', code })).toEqual({
      code,
      status,
      message: 'late',
      payload: {},
    });
  });

  it('that the catalogue does not know is told as such', () => {
    expect(classify({ kind: 'sdk', name: 'Error', code: 'toString', payload: { a: 1 } })).toEqual({
      code: 'unhandled_toString',
      status: 500,
      message: '',
      payload: { a: 1 },
    });
  });

  it('is an interruption where it says so itself', () => {
    const code = 'execution_interrupted';
    expect([isInterruption({ kind: 'sdk', code }), isInterruption({ kind: 'error', code })]).toEqual([true, false]);
  });
});

describe('a refusal of this platform’s own API', () => {
  const response = {
    status: 429,
    headers: { 'X-RateLimit-Limit': '9', server: 's' },
    data: { error: { code: 'too_many_request' } },
  };
  const refused = (http: object) => classify({ kind: 'error', name: 'AxiosError', message: 'slow down', http });

  it('for too many requests has a code of its own', () => {
    expect(refused({ response, isApi: true })).toEqual({
      code: 'script_api_rate_limit_error',
      status: 424,
      message: 'slow down',
      payload: { error: { code: 'too_many_request' } },
      additional_properties: { upstream_response: { status: 429, headers: { 'x-ratelimit-limit': '9' }, body: response.data } },
    });
  });

  it.each([{ response }, { response: { ...response, status: 400 }, isApi: true }])('for another reason has not: %j', (http) => {
    expect(refused(http)).toMatchObject({ code: 'script_http_error', upstream: { body: response.data } });
  });
});

it.each([
  ['timeout', 'execution_timeout', 500],
  ['out-of-memory', 'function_runtime_out_of_memory', 500],
  ['aborted', 'script_aborted', 410],
  ['output-too-large', 'script_internal_error', 500],
  ['crashed', 'function_runtime_other', 500],
] as const)('a run stopped for %s answers %s', (reason, code, status) => {
  expect(classifyStop(reason, 'why')).toMatchObject({ code, status });
});

describe('what an isolate says of an error', () => {
  it('is believed field by field', () => {
    const forged = { kind: 'error', name: 1, message: ['x'], code: null, stack: {}, http: 'yes' };
    expect(classify(parseFailure(JSON.stringify(forged)))).toMatchObject({
      code: 'script_internal_error',
      payload: { name: 'Error', message: '' },
    });
  });

  it.each(['', '{}', 'null', '{"kind":"other"}'])('is refused when it is %j', (text) => {
    expect(() => parseFailure(text)).toThrow();
  });
});
