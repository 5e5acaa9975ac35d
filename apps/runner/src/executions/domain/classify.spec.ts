import { describe, expect, it } from 'vitest';
import { classifyFailure, classifyStop, type Failure, parseFailure } from './classify.js';

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

  it('that is no Error at all is shown as JSON', () => {
    expect(classify({ kind: 'thrown', thrown: { a: 1 } })).toMatchObject({
      code: 'script_internal_error',
      payload: { message: '{"a":1}' },
    });
  });

  it('of the SDK keeps its code', () => {
    expect(classify({ kind: 'error', name: 'Error', message: 'late', code: 'script_aborted' })).toMatchObject({
      code: 'script_aborted',
      status: 410,
    });
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
