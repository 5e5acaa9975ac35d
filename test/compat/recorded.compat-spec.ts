import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { differences } from './recorded/difference.js';
import type { WireRequest } from './recorded/interceptor.js';
import { type Additions, matchOf, missText } from './recorded/matching.js';
import { Provider } from './recorded/providers.js';
import type { RecordedFunction } from './recorded/project.js';
import type { Calls, Entry } from './recorded/recording.js';
import { isGood, reasonOf, reportOf, THROWN } from './recorded/report.js';

/** How a request finds its recorded answer (spec/functions.md §5.2). */
const NOTHING: Additions = { query: new Set(), headers: new Set(), retryAtOnce: {} };
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');

const asked = (
  url: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: object; body?: string } = {},
) => ({ method, url: new URL(url), headers, body: Buffer.from(body) }) as WireRequest;
const answered = (request: WireRequest, calls: Calls, added = NOTHING, isSpent: (entry: Entry) => boolean = () => false) =>
  matchOf(request, calls, added, isSpent)?.entry.response;

describe('a path', () => {
  it.each([
    ['https://api.example.com/v1/items', 'v1/items'],
    ['https://api.example.com/v1/items', '/items'],
    ['https://api.example.com/base/v1/items', '/proxy/v1/items'],
    ['https://api.example.com/a%20b/c', '/a b/c'],
    ['https://api.example.com/', ''],
  ])('%s is that of %j, whatever the base URL was', (url, path) => {
    expect(answered(asked(url), { get: { [path]: { response: 1 } } })).toBe(1);
  });

  it.each(['tems', '/v2/items', '/items/1'])('is not that of %j', (path) => {
    expect(answered(asked('https://api.example.com/v1/items'), { get: { [path]: { response: 1 } } })).toBeUndefined();
  });

  it('is the longest of several', () => {
    const calls = { get: { '/items': { response: 'short' }, '/v1/items': { response: 'long' } } };
    expect(answered(asked('https://x.example/v1/items'), calls)).toBe('long');
  });

  it('belongs to a method', () => {
    expect(answered(asked('https://x.example/a', { method: 'PUT' }), { get: { '/a': { response: 1 } } })).toBeUndefined();
  });
});

describe('parameters', () => {
  const calls = { get: { '/a': [{ request: { params: { b: '2', list: ['x', 'y'] } }, response: 1 }] } };

  it('are the same in any order, lists joined by commas', () => {
    expect(answered(asked('https://x.example/a?list=x%2Cy&b=2'), calls)).toBe(1);
    expect(answered(asked('https://x.example/a?list=x&list=y&b=2'), calls)).toBe(1);
  });

  it.each(['?b=2', '?b=2&list=x%2Cy&c=3', '?b=3&list=x%2Cy'])('%s are others', (query) => {
    expect(answered(asked(`https://x.example/a${query}`), calls)).toBeUndefined();
  });

  it('of the provider do not count', () => {
    const added = { ...NOTHING, query: new Set(['api_key']) };
    expect(answered(asked('https://x.example/a?api_key=k&b=2&list=x,y'), calls, added)).toBe(1);
  });

  it('are none where an answer stands alone', () => {
    const alone = { get: { '/a': { response: 1 } } };
    expect([answered(asked('https://x.example/a'), alone), answered(asked('https://x.example/a?b=1'), alone)]).toEqual([
      1,
      undefined,
    ]);
  });
});

describe('headers', () => {
  const calls = { get: { '/a': [{ request: { headers: { 'X-Version': '2', Authorization: 'Bearer old' } }, response: 1 }] } };

  it('count where they are recorded, but for those of the way', () => {
    const headers = { 'x-version': '2', authorization: 'Bearer new', accept: '*/*', 'notion-version': '1' };
    expect(answered(asked('https://x.example/a', { headers }), calls)).toBe(1);
    expect(answered(asked('https://x.example/a', { headers: { 'x-version': '3' } }), calls)).toBeUndefined();
  });
});

describe('a body', () => {
  const found = (data: unknown, body: string, contentType: string) =>
    answered(asked('https://x.example/a', { method: 'POST', headers: { 'content-type': contentType }, body }), {
      post: { '/a': [{ request: { data }, response: 1 }] },
    }) === 1;

  it.each([
    [{ b: 1, a: [null] }, '{"a":[null],"b":1}', 'application/json', true],
    [{ a: 1 }, '{"a":2}', 'application/json', false],
    ['{"a":1}', '{"a":1}', 'application/json', true],
    ['a=1&b=x+y', 'b=x%20y&a=1', 'application/x-www-form-urlencoded', true],
    [{ a: '1' }, 'a=1', 'application/x-www-form-urlencoded', true],
    [{}, 'a=1', 'application/x-www-form-urlencoded', true],
    [{ a: '1' }, 'a=2', 'application/x-www-form-urlencoded', false],
    [Buffer.from('raw').toString('base64'), 'raw', 'application/octet-stream', true],
    [`sha1:${sha1('y'.repeat(2000))}`, 'y'.repeat(2000), 'text/plain', true],
    [`sha1:${sha1('n'.repeat(2000))}`, 'y'.repeat(2000), 'text/plain', false],
    [
      { name: 'n' },
      '--b\r\ncontent-disposition: form-data; name="name"\r\n\r\nn\r\n--b--\r\n',
      'multipart/form-data; boundary=b',
      true,
    ],
    [
      { name: 'm' },
      '--b\r\ncontent-disposition: form-data; name="name"\r\n\r\nn\r\n--b--\r\n',
      'multipart/form-data; boundary=b',
      false,
    ],
  ])('recorded as %j, sent as %j of %s: %s', (data, body, contentType, expected) => {
    expect(found(data, body, contentType)).toBe(expected);
  });
});

it('finds an answer by its digest', () => {
  const identity = { method: 'get', endpoint: 'v1/a', params: [['b', '1']], headers: [['x-own', 'yes']] };
  const calls = {
    get: {
      'v1/a': [
        { hash: 'other', response: 0 },
        { hash: sha1(JSON.stringify(identity)), response: 1 },
      ],
    },
  };
  const added = { ...NOTHING, headers: new Set(['x-provider']) };
  const headers = { 'x-own': 'yes', 'x-provider': 'p', host: 'x.example' };
  expect(answered(asked('https://x.example/v1/a?b=1', { headers }), calls, added)).toBe(1);
});

it('goes on after an answer that is given once', () => {
  const calls = { get: { '/a': [{ once: true, response: 'first' }, { response: 'then' }] } };
  const [first] = calls.get['/a'];
  expect(answered(asked('https://x.example/a'), calls)).toBe('first');
  expect(answered(asked('https://x.example/a'), calls, NOTHING, (entry) => entry === first)).toBe('then');
});

it('says what was asked for, and what is recorded', () => {
  const calls = { get: { '/a': { request: { params: { page: '1' } } } }, post: { '/b': {} } };
  expect(missText(asked('https://x.example/a?page=2'), calls, NOTHING)).toMatch(/GET x\.example\/a .*"page":"2".*"page":"1"/);
  expect(missText(asked('https://x.example/c'), calls, NOTHING)).toMatch(/"\/a".*"\/b"/);
});

describe('differences', () => {
  it.each([
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, false, []],
    [{ a: undefined, d: new Date(0) }, { d: '1970-01-01T00:00:00.000Z' }, false, []],
    [{ a: 1 }, { a: 1, b: 2 }, false, ['it.b: expected nothing, got 2']],
    [{ a: 1 }, { a: 1, b: 2 }, true, []],
    [{ a: [1] }, { a: [1, 2] }, true, ['it.a[1]: expected nothing, got 2']],
    [null, [], false, ['it: expected null, got []']],
  ])('of %j and %j, partly: %s', (expected, actual, partly, told) => {
    expect(differences('it', expected, actual, partly)).toEqual(told);
  });
});

describe('a provider', () => {
  it('is connected as its catalogue entry asks', () => {
    const zendesk = Provider.named('zendesk');
    expect(zendesk.credentials('mark')).toEqual({ type: 'OAUTH2', access_token: 'mark' });
    expect(zendesk.connectionConfig({ subdomain: 'own' })).toEqual({ subdomain: 'own' });
    expect(zendesk.connectionConfig()).toEqual({ subdomain: 'acme' });
  });

  it('that cannot be imported, or is unknown, is stood in for', () => {
    const [github, unknown] = [Provider.named('github-app'), Provider.named('nobody-knows')];
    expect([github.isStandIn, unknown.isStandIn, Provider.named('github').isStandIn]).toEqual([true, true, false]);
    const catalogue = Provider.catalogueOf([github, unknown, Provider.named('github')]);
    expect(catalogue).toContain('base_url: https://api.github.com');
    expect(catalogue).toContain('base_url: https://nobody-knows.recorded.example');
  });
});

describe('the report', () => {
  const fn = {
    integration: 'acme',
    kind: 'action',
    name: 'act',
    models: [],
    autoStart: false,
    recording: {},
  } as RecordedFunction;
  const ran = (problems: string[], refusals: number[] = []) => ({ fn, problems, refusals });
  const thrown = ran(['failed: {"code":"script_http_error"}'], [404]);

  it.each([
    [ran(['failed: {"status":500,"code":"script_internal_error"}']), 'failed: script_internal_error'],
    [ran(['failed: {"code":"script_http_error"}', 'not recorded: asked for GET x']), 'asked for what is not recorded'],
    [ran(['could not be run: POST /connections: 400']), 'could not be run'],
    [ran(['output.a: expected 1, got 2']), 'other output'],
    [ran(['the run succeeded, and had to fail']), 'succeeded where it had to fail'],
    [ran(['no recording: a/tests/b.test.json']), 'no recording'],
    [thrown, THROWN],
  ])('knows the reason of %j', (one, reason) => {
    expect(reasonOf(one)).toBe(reason);
  });

  it('counts by reason, and names the functions that failed', () => {
    const text = reportOf([ran([]), ran([]), ran(['output.a: expected 1, got 2'])]);
    expect(text).toMatch(/other output:\n {2}acme\/actions\/act\n {6}output\.a: expected 1, got 2/);
    expect(text).toMatch(/ 2 {2}as recorded\n +1 {2}other output\n +3 {2}functions$/);
  });

  it('is good where all is as recorded or as documented', () => {
    expect([isGood([ran([]), thrown]), isGood([ran([]), ran(['output: expected 1, got 2'])])]).toEqual([true, false]);
  });
});
