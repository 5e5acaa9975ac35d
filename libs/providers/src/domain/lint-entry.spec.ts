import { describe, expect, it } from 'vitest';
import { catalogueEntry, type Provider } from './entry.js';
import { lintEntry } from './lint-entry.js';

const INPUT = { type: 'string', title: 'T', description: 'D' };
const GOOD: Record<string, object> = {
  API_KEY: {
    proxy: { base_url: 'https://e.com', headers: { authorization: 'Bearer ${apiKey}' } },
    credentials: { apiKey: INPUT },
  },
  BASIC: { proxy: { base_url: 'https://e.com/${credentials.username}' } },
  OAUTH1: {
    request_url: 'https://e.com/r',
    authorization_url: 'https://e.com/a',
    token_url: 'https://e.com/t',
    signature_method: 'HMAC-SHA1',
    proxy: { base_url: 'https://e.com' },
  },
  OAUTH2: {
    authorization_url: 'https://${connectionConfig.subdomain}.e.com/a',
    token_url: 'https://e.com/t',
    token_response_metadata: ['api_url', 'team.id'],
    redirect_uri_metadata: ['realmId'],
    connection_configuration: ['site'],
    connection_config: { subdomain: INPUT, realmId: INPUT, filled: { ...INPUT, automated: true } },
    proxy: {
      base_url: '${connectionConfig.api_url}',
      query: { team: '${connectionConfig.team.id}', realm: '${connectionConfig.realmId}', site: '${connectionConfig.site}' },
    },
  },
  OAUTH2_CC: { token_url: 'https://e.com/t', proxy: { base_url: 'https://e.com' }, credentials: { client_id: INPUT } },
  TWO_STEP: {
    token_url: 'https://e.com/${credentials.account}',
    token_params: { a: { b: '${credentials.key}${credentials.dppKey}' }, user: '${assertionOption.user}' },
    token_response: { token: 'token' },
    token_response_headers: ['set-cookie'],
    additional_steps: [{ token_url: 'https://e.com', token_params: { id: '${step1.data.id}' } }],
    credentials: { account: INPUT, key: INPUT },
    integration_config: { dppKey: INPUT },
    assertion_option: { user: INPUT },
    proxy: { base_url: 'https://e.com', headers: { cookie: '${credentials._cookies}' } },
  },
  JWT: {
    signature: { protocol: 'HMAC' },
    token: { signing_key: '${credentials.key.secret}', header: { kid: '${credentials.key.id}' } },
    credentials: { key: INPUT },
    proxy: { base_url: 'https://e.com', headers: { authorization: 'Ghost ${accessToken}' } },
  },
  APP: { token_url: 'https://e.com/${connectionConfig.installation_id}', proxy: { base_url: 'https://e.com' } },
  MCP_OAUTH2: { authorization_url: 'https://e.com/a', token_url: 'https://e.com/t', client_registration: 'static' },
  MCP_OAUTH2_GENERIC: { connection_config: { mcp_server_url: INPUT } },
  NONE: {},
};

const provider = (mode: string, change: object = {}): Provider => ({
  ...catalogueEntry.parse({ display_name: 'E', docs: 'https://e.com', auth_mode: mode, ...GOOD[mode], ...change }),
  name: 'e',
});
const lint = (mode: string, change?: object) =>
  lintEntry(provider(mode, change), { isAlias: false }).map(({ field, problem }) => `${field}: ${problem}`);

describe('an entry', () => {
  it.each(Object.keys(GOOD))('that is right in mode %s has no issue', (mode) => expect(lint(mode)).toEqual([]));

  it.each<[string, object, string]>([
    [
      'API_KEY',
      { proxy: { base_url: 'https://${connectionConfig.host}' } },
      'proxy.base_url: nothing declares ${connectionConfig.host}: add host to connection_config',
    ],
    [
      'API_KEY',
      { proxy: { base_url: 'https://e.com', headers: { a: '${base64(${username}:)}' } } },
      'proxy.headers.a: nothing declares ${username}: add username to credentials',
    ],
    [
      'API_KEY',
      { proxy: { base_url: 'https://e.com', verification: { endpoints: ['/${step1.id}'] } } },
      'proxy.verification.endpoints.0: nothing declares ${step1.id}: add additional_steps',
    ],
    [
      'API_KEY',
      { token_params: { a: '${assertionOption.b}' } },
      'token_params.a: nothing declares ${assertionOption.b}: add b to assertion_option',
    ],
    ['API_KEY', { proxy: { base_url: 'https://e.com', query: { a: '{apiKey}' } } }, 'proxy.query.a: {apiKey} lacks its $'],
    ['API_KEY', { connection_config: { region: INPUT } }, 'connection_config.region: no template uses it'],
    ['API_KEY', { proxy: {} }, 'proxy.base_url: nothing says where the API is'],
    ['OAUTH2', { credentials: { apiKey: INPUT } }, 'credentials: OAUTH2 asks for none'],
    ['OAUTH2', { authorization_url: undefined }, 'authorization_url: OAUTH2 needs it: add it'],
    ['OAUTH2_CC', { token_url: undefined }, 'token_url: OAUTH2_CC needs it'],
    ['OAUTH1', { request_url: undefined }, 'request_url: OAUTH1 needs it'],
    ['TWO_STEP', { token_response: undefined }, 'token_response: TWO_STEP needs it'],
    ['JWT', { signature: undefined }, 'signature: JWT needs it'],
    ['MCP_OAUTH2', { client_registration: 'dynamic' }, 'registration_url: dynamic client_registration needs it'],
    ['NONE', { post_connection_script: 'magic' }, 'post_connection_script: there is no handler magic: use one of '],
    ['NONE', { pre_connection_deletion_script: 'magic' }, 'pre_connection_deletion_script: there is no handler magic'],
    [
      'NONE',
      { credentials_verification_script: 'magic', proxy: { verification: { endpoints: ['/'] } } },
      'credentials_verification_script: runs instead of proxy.verification: remove one of them',
    ],
  ])('of mode %s with %j is named', (mode, change, issue) => {
    expect(lint(mode, change).some((found) => found.startsWith(issue))).toBe(true);
  });

  it('that is installed from the other side needs no authorization page', () => {
    expect(lint('OAUTH2', { authorization_url: undefined, installation: 'outbound' })).toEqual([]);
  });

  it('may ask for more than its templates use, where a handler or its parent reads it', () => {
    const more = { connection_config: { subdomain: INPUT, realmId: INPUT, site: INPUT, extra: INPUT } };
    expect(lint('OAUTH2', more)).toHaveLength(1);
    expect(lint('OAUTH2', { ...more, post_connection_script: 'jiraPostConnection' })).toEqual([]);
    expect(lintEntry(provider('OAUTH2', more), { isAlias: true })).toEqual([]);
  });

  it('may leave its base URL to its connections or its integration', () => {
    const proxy = { headers: { authorization: '${apiKey}' } };
    expect(lint('API_KEY', { proxy, connection_config: { base_url: INPUT } })).toEqual([]);
    expect(lint('API_KEY', { proxy, integration_config: { baseUrl: INPUT } })).toEqual([]);
  });
});
