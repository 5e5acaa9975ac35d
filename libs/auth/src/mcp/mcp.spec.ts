import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { BeginRequest } from '#libs/auth-modes';
import type { Provider } from '#libs/providers';
import { openHttp, startUpstream, subjectOf } from '#libs/testing';
import { McpGenericMode } from './mcp-generic.mode.js';
import { McpMode } from './mcp.mode.js';
import { registerClient } from './register-client.js';
import { wellKnownUrls } from './domain/server-metadata.js';

const http = openHttp({ timeoutMs: 1_000 });
const catalogued = new McpMode(http);
const generic = new McpGenericMode(http);
const server = await startUpstream();
beforeEach(() => {
  server.on('POST', '/token', () => ({ body: { access_token: 'at', refresh_token: 'rt-12345', expires_in: 60 } }));
  server.on('POST', '/register', ({ json }) => ({ status: 201, body: { ...(json as object), client_id: 'registered' } }));
});
afterAll(async () => {
  await http.close();
  await server.close();
});

const METADATA_URL = 'https://app.example.com/oauth/client-metadata/e/i';
const BEGIN: BeginRequest = {
  callbackUrl: 'https://app/cb',
  state: 's',
  clientName: 'Acme - prod - MCP',
  clientMetadataUrl: METADATA_URL,
};
const back = (memory: Record<string, unknown>, query: Record<string, string> = {}) => ({
  callbackUrl: 'https://app/cb',
  memory,
  query: { code: 'c-123', ...query },
});
const form = () => Object.fromEntries(new URLSearchParams(server.requests.at(-1)!.text));
const params = (url: string) => Object.fromEntries(new URL(url).searchParams);

describe('an MCP server of the catalogue', () => {
  const subject = (own: Partial<Provider> = {}, config = {}) =>
    subjectOf(
      { auth_mode: 'MCP_OAUTH2', authorization_url: `${server.url}/authorize`, token_url: `${server.url}/token`, ...own },
      config,
      { credentials: { type: 'MCP_OAUTH2', client_id: 'theirs', scopes: 'a,b' } },
    );

  it('knows a client that registered itself when the integration was made', async () => {
    const provider = subject({
      registration_url: `${server.url}/register`,
      registration_params: { grant_types: ['authorization_code'] },
    }).provider;
    const client = await registerClient(http, provider, { redirectUris: ['https://app/cb'], clientName: 'Acme' });
    expect(client).toMatchObject({ client_id: 'registered' });
    expect(server.requests.at(-1)!.json).toEqual({
      client_name: 'Acme',
      redirect_uris: ['https://app/cb'],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    });
    server.on('POST', '/register', () => ({ status: 400, body: { error: 'invalid_redirect_uri' } }));
    await expect(registerClient(http, provider, { redirectUris: [], clientName: 'x' })).rejects.toThrow('invalid_redirect_uri');
    expect(() => registerClient(http, subject().provider, { redirectUris: [], clientName: 'x' })).toThrow('registration_url');
  });

  it('is asked with PKCE always, and with nothing that a request changed', async () => {
    const authorizationParams = {
      client_id: 'x',
      code_challenge: 'x',
      state: 'x',
      redirect_uri: 'x',
      scope: 'x',
      prompt: 'login',
    };
    const { url, memory } = await catalogued.begin(subject({ disable_pkce: true }), { ...BEGIN, authorizationParams });
    expect(params(url)).toMatchObject({
      client_id: 'theirs',
      state: 's',
      redirect_uri: 'https://app/cb',
      scope: 'a b',
      prompt: 'login',
    });
    expect(params(url)['code_challenge']).not.toBe('x');
    const { credentials } = await catalogued.finish(subject(), back(memory));
    expect(credentials).toMatchObject({ type: 'OAUTH2', access_token: 'at' });
    expect(form()).toMatchObject({ client_id: 'theirs', code_verifier: memory['codeVerifier'] });
  });

  it('knows us by our metadata document, when renewing too', async () => {
    const cimd = { client_registration: 'cimd' as const };
    const { url, memory } = await catalogued.begin(subject(cimd), BEGIN);
    expect(params(url)['client_id']).toBe(METADATA_URL);
    const minted = await catalogued.finish(subject(cimd), back(memory));
    expect(form()['client_id']).toBe(METADATA_URL);
    await catalogued.refresh(subject(cimd, minted.connectionConfig), minted.credentials);
    expect(form()).toMatchObject({ client_id: METADATA_URL, grant_type: 'refresh_token' });
    const plain = { ...BEGIN, clientMetadataUrl: undefined };
    await expect(catalogued.begin(subject(cimd), plain)).rejects.toMatchObject({ code: 'provider_config_err' });
  });
});

describe('any MCP server', () => {
  const subject = (config: Record<string, unknown> = {}) =>
    subjectOf({ auth_mode: 'MCP_OAUTH2_GENERIC' }, { mcp_server_url: `${server.url}/mcp`, ...config }, { credentials: null });
  const metadata = (own: Record<string, unknown> = {}) => ({
    issuer: server.url,
    authorization_endpoint: `${server.url}/authorize`,
    token_endpoint: `${server.url}/token`,
    registration_endpoint: `${server.url}/register`,
    scopes_supported: ['all'],
    code_challenge_methods_supported: ['S256'],
    ...own,
  });
  const serve = (own: Record<string, unknown> = {}) =>
    server.on('GET', '/.well-known/oauth-authorization-server', () => ({ body: metadata(own) }));
  const guard = (own: Record<string, unknown> = {}) =>
    server.on('GET', '/.well-known/oauth-protected-resource/mcp', () => ({
      body: { resource: `${server.url}/mcp`, authorization_servers: [server.url], scopes_supported: ['mcp:read'], ...own },
    }));
  beforeEach(() => {
    serve();
    guard();
  });

  it('is found, registered with and asked for its resource; what was learnt serves renewals', async () => {
    const { url, memory } = await generic.begin(subject(), BEGIN);
    expect(server.requests.at(-1)!.json).toMatchObject({ client_name: 'Acme - prod - MCP', redirect_uris: ['https://app/cb'] });
    expect(params(url)).toMatchObject({ client_id: 'registered', scope: 'mcp:read', resource: `${server.url}/mcp`, state: 's' });

    const minted = await generic.finish(subject(), back(memory, { iss: server.url }));
    expect(form()).toMatchObject({ client_id: 'registered', code: 'c-123', resource: `${server.url}/mcp` });
    expect(form()).not.toHaveProperty('client_secret');
    expect(minted.connectionConfig).toMatchObject({
      oauth_resource_url: `${server.url}/mcp`,
      oauth_client_info: { client_id: 'registered' },
      oauth_metadata: { issuer: server.url },
    });

    const connected = subject(JSON.parse(JSON.stringify(minted.connectionConfig)) as Record<string, unknown>);
    expect((await generic.refresh(connected, minted.credentials))?.credentials['access_token']).toBe('at');
    expect(form()).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'rt-12345', resource: `${server.url}/mcp` });
  });

  it('prefers our metadata document where the server reads one', async () => {
    serve({ client_id_metadata_document_supported: true });
    expect(params((await generic.begin(subject(), BEGIN)).url)['client_id']).toBe(METADATA_URL);
    const { url } = await generic.begin(subject(), { ...BEGIN, clientMetadataUrl: undefined });
    expect(params(url)['client_id']).toBe('registered');
  });

  it('proves a client with a secret as it was registered', async () => {
    server.on('POST', '/register', () => ({
      body: { client_id: 'reg', client_secret: 'reg-secret', token_endpoint_auth_method: 'client_secret_basic' },
    }));
    const { memory } = await generic.begin(subject(), BEGIN);
    await generic.finish(subject(), back(memory));
    expect(form()).not.toHaveProperty('client_secret');
    expect(server.requests.at(-1)!.headers['authorization']).toBe(`Basic ${Buffer.from('reg:reg-secret').toString('base64')}`);
  });

  it('takes the developer’s client where none can be registered', async () => {
    serve({ registration_endpoint: undefined });
    await expect(generic.begin(subject(), BEGIN)).rejects.toMatchObject({ code: 'provider_config_err' });
    const own = subjectOf({}, { mcp_server_url: `${server.url}/mcp` }, { credentials: { type: 'X', client_id: 'mine' } });
    expect(params((await generic.begin(own, BEGIN)).url)['client_id']).toBe('mine');
  });

  it('sends the developer’s secret to no server that a user names, but to the developer’s own', async () => {
    serve({ registration_endpoint: undefined });
    const mcp_server_url = `${server.url}/mcp`;
    const credentials = { type: 'X', client_id: 'mine', client_secret: 'very-secret' };
    for (const [custom, secret] of [
      [{}, undefined],
      [{ mcp_server_url: 'https://other.example/mcp' }, undefined],
      [{ mcp_server_url }, 'very-secret'],
    ] as const) {
      const own = subjectOf({}, { mcp_server_url }, { credentials, custom });
      const { memory } = await generic.begin(own, BEGIN);
      const minted = await generic.finish(own, back(memory));
      expect(form()['client_secret']).toBe(secret);
      expect(JSON.stringify([memory, minted]).includes('very-secret')).toBe(secret !== undefined);
    }
  });

  it.each([
    ['token_endpoint', 'https://evil.example/?x=${connectionConfig.apiSecret}'],
    ['authorization_endpoint', 'javascript:alert(1)'],
    ['registration_endpoint', 'file:///etc/passwd'],
  ])('takes nothing but addresses for %s', async (name, value) => {
    serve({ [name]: value });
    await expect(generic.begin(subject({ apiSecret: 's' }), BEGIN)).rejects.toThrow('no OAuth metadata was found');
  });

  it('believes no server that speaks for another', async () => {
    serve({ issuer: 'https://elsewhere.example.com' });
    await expect(generic.begin(subject(), BEGIN)).rejects.toMatchObject({ code: 'url_param_err' });
    serve();
    const { memory } = await generic.begin(subject(), BEGIN);
    const iss = 'https://elsewhere.example.com';
    await expect(generic.finish(subject(), back(memory, { iss }))).rejects.toMatchObject({ code: 'callback_err' });
  });

  it('does without the word of the resource', async () => {
    server.on('GET', '/.well-known/oauth-protected-resource/mcp', () => ({ status: 404 }));
    const { url, memory } = await generic.begin(subject(), BEGIN);
    expect(params(url)).toMatchObject({ scope: 'all' });
    expect(params(url)).not.toHaveProperty('resource');
    await generic.finish(subject(), back(memory));
    expect(form()).not.toHaveProperty('resource');
  });

  it('says what is wrong with an address that leads nowhere, or to a server without PKCE', async () => {
    await expect(generic.begin(subject({ mcp_server_url: '' }), BEGIN)).rejects.toMatchObject({ code: 'url_param_err' });
    serve({ code_challenge_methods_supported: ['plain'] });
    await expect(generic.begin(subject(), BEGIN)).rejects.toThrow('lacks PKCE');
    guard({ authorization_servers: [`${server.url}/nowhere`] });
    await expect(generic.begin(subject(), BEGIN)).rejects.toThrow('no OAuth metadata was found');
  });

  it('asks the user to connect again where nothing is known', async () => {
    await expect(generic.refresh(subject(), { type: 'OAUTH2', refresh_token: 'x' })).rejects.toMatchObject({
      code: 'provider_config_err',
    });
    expect(await generic.refresh(subject(), { type: 'OAUTH2' })).toBeNull();
  });
});

describe('well-known addresses', () => {
  it('stand before the path, after it for OpenID Connect, and at the host', () => {
    expect(wellKnownUrls('https://a.com/t/1/', ['oauth-authorization-server', 'openid-configuration'])).toEqual([
      'https://a.com/.well-known/oauth-authorization-server/t/1',
      'https://a.com/.well-known/openid-configuration/t/1',
      'https://a.com/t/1/.well-known/openid-configuration',
      'https://a.com/.well-known/oauth-authorization-server',
      'https://a.com/.well-known/openid-configuration',
    ]);
  });
});
