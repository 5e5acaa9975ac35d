import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testLease } from '../test-lease.js';
import { buildRequest } from './build-request.js';
import type { ProxyCall } from './outbound-request.js';

const ALLOWED = { baseUrlOverride: true };
const build = (call: Partial<ProxyCall> = {}) =>
  buildRequest({ lease: testLease(), method: 'GET', endpoint: '/things', ...call }, ALLOWED);
const urlOf = (call: Partial<ProxyCall>) => {
  const { origin, path } = build(call);
  return origin + path;
};
const withProxy = (proxy: object, rest: Parameters<typeof testLease>[0] = {}) =>
  testLease({ ...rest, provider: { ...rest.provider, proxy } });

const strict = (call: Partial<ProxyCall>) => () =>
  buildRequest({ lease: testLease(), method: 'GET', endpoint: '/t', ...call }, { baseUrlOverride: false });

const asksForBase = { connection_config: { base_url: { type: 'string', title: 'Base URL', description: 'Where the API is' } } };

describe('the address of a request', () => {
  it.each([
    ['/things', 'https://api.example.com/v1/things'],
    ['things/', 'https://api.example.com/v1/things/'],
    ['//things?a=1&b=%20x+y', 'https://api.example.com/v1/things?a=1&b=%20x+y'],
    ['?a=1', 'https://api.example.com/v1?a=1'],
    ['https://api.example.com/v1/things?a=1', 'https://api.example.com/v1/things?a=1'],
    ['HTTPS://API.example.com/v1', 'https://api.example.com/v1'],
    ['https://api.example.com/v10/things', 'https://api.example.com/v1/https://api.example.com/v10/things'],
    ['https://elsewhere.com/x', 'https://api.example.com/v1/https://elsewhere.com/x'],
    ['/ä b', 'https://api.example.com/v1/%C3%A4%20b'],
    ['/a/../../etc', 'https://api.example.com/etc'],
    ['/a/./b', 'https://api.example.com/v1/a/b'],
    ['/odata/Things(1)?$filter=a%20eq%20b', 'https://api.example.com/v1/odata/Things(1)?$filter=a%20eq%20b'],
    ['/x\r\nhost: evil', 'https://api.example.com/v1/xhost:%20evil'],
  ])('joins base and endpoint %j', (endpoint, expected) => expect(urlOf({ endpoint })).toBe(expected));

  it('takes the base of the call, the connection, the integration, the provider, in this order', () => {
    const everything = {
      provider: asksForBase,
      config: { base_url: 'https://connection.example.com/' },
      custom: { baseUrl: 'https://integration.example.com/api/' },
    };
    expect(urlOf({ lease: testLease(everything), baseUrlOverride: 'http://call.example.com:8080/x/' })).toBe(
      'http://call.example.com:8080/x/things',
    );
    expect(urlOf({ lease: testLease(everything), baseUrlOverride: '' })).toBe('https://connection.example.com/things');
    expect(urlOf({ lease: testLease({ custom: everything.custom }) })).toBe('https://integration.example.com/api/things');
  });

  it('lets a connection name its base only where the catalogue asks for it', () => {
    expect(urlOf({ lease: testLease({ config: { base_url: 'https://evil.example.com' } }) })).toBe(
      'https://api.example.com/v1/things',
    );
  });

  it('fills what the base and the endpoint name', () => {
    const lease = testLease({
      provider: { proxy: { base_url: 'https://${connectionConfig.sub} || https://${connectionConfig.team.id}.example.com' } },
      config: { 'team.id': 'T1', sub: '' },
      metadata: { region: 'eu' },
    });
    expect(urlOf({ lease, endpoint: '/${metadata.region}/${connectionConfig.team.id}?x=${unknown}' })).toBe(
      'https://t1.example.com/$%7Bmetadata.region%7D/$%7BconnectionConfig.team.id%7D?x=${unknown}',
    );
    expect(urlOf({ lease, endpoint: '/${metadata.region}' })).toBe('https://t1.example.com/eu');
    expect(urlOf({ lease, endpoint: '/x/${clientSecret}' })).not.toContain('client-secret');
  });

  it('takes the second of two bases only where the first setting of the first has no value', () => {
    const base_url = 'https://${connectionConfig.host}/${connectionConfig.tenant} || https://${connectionConfig.sub}.example.com';
    const at = (config: Record<string, string>) => urlOf({ lease: withProxy({ base_url }, { config }) });
    expect(at({ host: 'own.example.com', tenant: 't', sub: 'eu' })).toBe('https://own.example.com/t/things');
    expect(at({ host: '', tenant: 't', sub: 'eu' })).toBe('https://eu.example.com/things');
    expect(() => at({ host: 'own.example.com', sub: 'eu' })).toThrow(/connectionConfig\.tenant/);
    const fixed = withProxy({ base_url: 'https://fixed.example.com || https://other.example.com' });
    expect(urlOf({ lease: fixed })).toBe('https://fixed.example.com/things');
  });

  it('sets parameters one by one, or takes them as a query', () => {
    expect(urlOf({ endpoint: '/t?a=1&b=2', params: { b: 3, c: ['x', 'y'], d: undefined, e: null, f: 'ü&' } })).toBe(
      'https://api.example.com/v1/t?a=1&b=3&c=x%2Cy&f=%C3%BC%26',
    );
    expect(urlOf({ params: 'a=1' })).toBe('https://api.example.com/v1/things?a=1');
    expect(() => build({ endpoint: '/t?a=1', params: 'b=1' })).toThrow(expect.objectContaining({ code: 'invalid_query_params' }));
  });

  it('carries the provider’s own parameters, which callers cannot replace', () => {
    const lease = withProxy({ base_url: 'https://api.example.com?v=2', query: { key: '${apiKey}', gone: '${missing}' } });
    expect(urlOf({ lease, endpoint: '/t?key=mine&q=1' })).toBe('https://api.example.com/t?v=2&q=1&key=secret-key');
  });

  it.each([
    ['missing_api_url', { endpoint: '' }],
    ['missing_api_url', { endpoint: '/' }],
    ['unsupported_provider', { lease: withProxy({}) }],
    ['unsupported_provider', { lease: withProxy({ base_url: 'https://${connectionConfig.host}' }) }],
    ['base_url_override_not_allowed', { baseUrlOverride: 'ftp://example.com' }],
    ['base_url_override_not_allowed', { baseUrlOverride: 'https://user:pw@example.com' }],
    ['base_url_override_not_allowed', { baseUrlOverride: 'nonsense' }],
  ])('is refused as %s', (code, call) => expect(() => build(call)).toThrow(expect.objectContaining({ code })));

  it('comes from the catalogue alone where the operator says so', () => {
    const disabled = expect.objectContaining({ code: 'base_url_override_disabled' });
    expect(strict({ baseUrlOverride: 'https://x.example.com' })).toThrow(disabled);
    expect(strict({ lease: testLease({ provider: asksForBase, config: { base_url: 'https://x.example.com' } }) })).toThrow(
      disabled,
    );
    expect(strict({ lease: testLease({ custom: { baseUrl: 'https://x.example.com' } }) })).toThrow(disabled);
    expect(strict({})).not.toThrow();
  });
});

describe('the credentials of a request', () => {
  it.each([
    [{ type: 'OAUTH2', access_token: 'at' }, 'Bearer at'],
    [{ type: 'APP', access_token: 'at' }, 'Bearer at'],
    [{ type: 'CUSTOM', app: { access_token: 'at' }, user: {} }, 'Bearer at'],
    [{ type: 'OAUTH2_CC', token: 't' }, 'Bearer t'],
    [{ type: 'JWT', token: 't' }, 'Bearer t'],
    [{ type: 'SIGNATURE', token: 't' }, 'Bearer t'],
    [{ type: 'TWO_STEP', token: 't' }, 'Bearer t'],
    [{ type: 'BASIC', username: 'ü', password: '' }, `Basic ${Buffer.from('ü:').toString('base64')}`],
    [{ type: 'API_KEY', apiKey: 'k' }, undefined],
    [{ type: 'BILL', session_id: 's' }, undefined],
    [{}, undefined],
  ])('of type %j', (credentials, expected) => {
    const lease = withProxy({ base_url: 'https://a.example.com' }, { credentials });
    expect(build({ lease }).headers['authorization']).toBe(expected);
  });

  it('of both an app and a user are those of the app, once there is one', () => {
    const headerOf = (credentials: object) =>
      build({ lease: withProxy({ base_url: 'https://a.example.com' }, { credentials: { type: 'CUSTOM', ...credentials } }) })
        .headers['authorization'];
    const user = { type: 'OAUTH2', access_token: 'user-token' };
    expect(headerOf({ app: { type: 'APP', access_token: 'app-token' }, user })).toBe('Bearer app-token');
    expect(headerOf({ app: null, user })).toBe('Bearer user-token');
  });

  it('name the client they belong to', () => {
    const credentials = { type: 'OAUTH2', access_token: 't', config_override: { client_id: 'own', client_secret: 'own-secret' } };
    const headers = { 'client-id': '${clientId}', 'x-basic': '${base64(${clientId}:${clientSecret})}' };
    const proxy = { base_url: 'https://a.example.com', headers };
    expect(build({ lease: withProxy(proxy, { credentials }) }).headers).toMatchObject({
      'client-id': 'own',
      'x-basic': Buffer.from('own:own-secret').toString('base64'),
    });
    const half = { ...credentials, config_override: { client_id: '' } };
    expect(build({ lease: withProxy(proxy, { credentials: half }) }).headers['client-id']).toBe('client');
  });

  it('of two steps go where the provider’s templates put them', () => {
    const credentials = { type: 'TWO_STEP', token: 't', _cookies: 'a=1' };
    const headersWith = (headers: object) =>
      build({ lease: withProxy({ base_url: 'https://a.example.com', headers }, { credentials }) }).headers;
    expect(headersWith({ 'x-auth': '${accessToken}' })).toMatchObject({ 'x-auth': 't' });
    expect(headersWith({ 'x-auth': '${accessToken}' })).not.toHaveProperty('authorization');
    expect(headersWith({ cookie: '${credentials._cookies}' })).not.toHaveProperty('authorization');
    expect(headersWith({ 'x-other': 'y' })).toMatchObject({ authorization: 'Bearer t' });
  });

  it('come by templates, which are dropped when something is missing', () => {
    const headers = {
      'x-key': '${apiKey}',
      'x-client': '${clientId}:${clientSecret}',
      'x-version': '${connectionConfig.version} || 1',
      'x-none': '${connectionConfig.none}',
      'x-basic': '${base64(${credentials.apiKey}:)}',
    };
    const sent = build({ lease: withProxy({ base_url: 'https://a.example.com', headers }, { config: { none: '' } }) }).headers;
    expect(sent).toMatchObject({
      'x-key': 'secret-key',
      'x-client': 'client:client-secret',
      'x-version': '1',
      'x-basic': 'c2VjcmV0LWtleTo=',
    });
    expect(sent).not.toHaveProperty('x-none');
  });

  it('may depend on the request itself, with one random value and time for all headers', () => {
    const headers = {
      'x-sign': '${hmacSha1Hex(${method} ${host} ${endpoint} ${params},${apiKey})}',
      'x-a': '${random}',
      'x-b': '${random}',
    };
    const sent = build({ lease: withProxy({ base_url: 'https://a.example.com/v1', headers }), endpoint: '/t?b=2&a=1' }).headers;
    expect(sent['x-sign']).toBe(createHmac('sha1', 'secret-key').update('GET a.example.com /t a=1&b=2').digest('hex'));
    expect(sent['x-a']).toBe(sent['x-b']);
  });

  it('sign parameters in one order and spelling', () => {
    const headers = { 'x-query': '${urlCanonicalParams}', 'x-params': '${params}', 'x-body': '${bodyCanonicalParams}' };
    const lease = withProxy({ base_url: 'https://a.example.com', headers });
    const query = build({ lease, endpoint: "/t?b=2&a-b=(1)&a=x+y&a=!*'" }).headers;
    expect(query['x-query']).toBe('a=%21%2A%27&a=x%20y&a-b=%281%29&b=2');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const posted = build({ lease, method: 'POST', body: Buffer.from('z=1&y=2'), headers: form }).headers;
    expect([posted['x-params'], posted['x-body'], posted['x-query']]).toEqual(['y=2&z=1', 'z=1&y=2', '']);
  });

  it('go where an integration’s settings say', () => {
    const lease = withProxy(
      { base_url: 'https://a.example.com' },
      { custom: { keyName: 'X-My-Key', valueTemplate: 'Key ${apiKey}' } },
    );
    expect(build({ lease }).headers['x-my-key']).toBe('Key secret-key');
    const inQuery = withProxy({ base_url: 'https://a.example.com' }, { custom: { keyName: 'key', keyPlacement: 'query' } });
    expect(build({ lease: inQuery }).path).toBe('/things?key=secret-key');
  });

  it('that no header can carry are refused rather than sent', () => {
    const lease = testLease({ credentials: { type: 'API_KEY', apiKey: 'a\r\nx-evil: 1' } });
    expect(() => build({ lease })).toThrow(expect.objectContaining({ code: 'unsupported_auth' }));
  });

  it('are named for the log', () => {
    const { credentialHeaders, secrets } = build();
    expect(credentialHeaders).toEqual(['authorization']);
    expect(secrets).toEqual(expect.arrayContaining(['client-secret', 'secret-key']));
  });

  it('are told from other headers that the provider sets', () => {
    const headers = {
      accept: 'application/json',
      'x-version': '${connectionConfig.version}',
      'x-app': '${connectionConfig.appKey}',
      'x-hash': '${sha256Hex(${apiKey})}',
      'x-at': '${now}',
    };
    const connection_config = { appKey: { type: 'string', title: 'Key', description: 'Key of the app', secret: true } };
    const lease = testLease({
      provider: { connection_config, proxy: { base_url: 'https://a.example.com', headers } },
      config: { version: '2026-01-01', appKey: 'key-of-the-app' },
    });
    const request = build({ lease });
    expect(request.credentialHeaders.toSorted()).toEqual(['x-app', 'x-hash']);
    expect(request.secrets).toEqual(expect.arrayContaining(['key-of-the-app', request.headers['x-hash']]));
    expect(request.secrets).not.toContain('2026-01-01');
  });
});

describe('the caller’s headers', () => {
  it('replace injected ones, except a user agent the provider insists on', () => {
    const lease = withProxy({ base_url: 'https://a.example.com', headers: { 'user-agent': 'fixed', authorization: 'x' } });
    const sent = build({ lease, headers: { 'user-agent': 'mine', authorization: 'mine', accept: 'text/csv' } }).headers;
    expect(sent).toMatchObject({ 'user-agent': 'fixed', authorization: 'mine', accept: 'text/csv' });
    expect(build({ headers: { 'user-agent': 'mine' } }).headers['user-agent']).toBe('mine');
  });

  it('cannot change how the message is carried or to whom', () => {
    const headers = {
      host: 'evil',
      connection: 'close',
      'transfer-encoding': 'chunked',
      'content-length': '1',
      expect: '100-continue',
      te: 'x',
      upgrade: 'h2c',
      'x-ok': '1',
    };
    expect(Object.keys(build({ headers }).headers).toSorted()).toEqual(['accept', 'authorization', 'user-agent', 'x-ok']);
  });

  it.each([
    ['x-a', 'a\r\nb'],
    ['x a', 'b'],
    ['x-a', '€'],
  ])('%j: %j cannot be sent', (name, value) => {
    expect(() => build({ headers: { [name]: value } })).toThrow(expect.objectContaining({ code: 'invalid_headers' }));
  });
});

describe('the body of a request', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('goes out untouched with %s', (method) => {
    const body = Buffer.from('{ "a" : 1 }');
    const request = build({ method, body, headers: { 'content-type': 'application/json; charset=utf-8' } });
    expect(request.body).toBe(body);
    expect(request.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it.each(['GET', 'HEAD', 'OPTIONS'])('stays here with %s', (method) => {
    const request = build({ method, body: 'x', headers: { 'content-type': 'text/plain' } });
    expect([request.body, request.headers['content-type']]).toEqual([undefined, undefined]);
  });

  const lease = withProxy({
    base_url: 'https://a.example.com',
    body: { key: '${apiKey}', gone: '${missing}', deep: { k: '${apiKey}' } },
  });
  it('gets the provider’s fields, in JSON and in forms', () => {
    const json = build({
      lease,
      method: 'POST',
      body: '{"a":1,"deep":{"b":2}}',
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.parse(json.body as string)).toEqual({ a: 1, key: 'secret-key', deep: { b: 2, k: 'secret-key' } });
    const form = build({ lease, method: 'POST', body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expect(form.body).toBe('a=1&key=secret-key');
    const none = build({ lease, method: 'POST' });
    expect([JSON.parse(none.body as string), none.headers['content-type']]).toEqual([
      { key: 'secret-key', deep: { k: 'secret-key' } },
      'application/json',
    ]);
  });

  it('of another kind stays as it is', () => {
    expect(build({ lease, method: 'POST', body: '<xml/>', headers: { 'content-type': 'text/xml' } }).body).toBe('<xml/>');
    expect(build({ lease, method: 'POST', body: '[1]', headers: { 'content-type': 'application/json' } }).body).toBe('[1]');
  });
});
