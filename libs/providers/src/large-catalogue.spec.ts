import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Catalogue } from './catalogue.js';
import { readCatalogueFiles } from './catalogue-files.js';
import { buildCatalogue } from './domain/build-catalogue.js';
import { AUTH_MODES, catalogueEntry } from './domain/entry.js';

const INPUT = {
  type: 'string',
  title: 'Title',
  description: 'Description',
  example: 12,
  pattern: '^a',
  format: 'hostname',
  enum: ['a', 'b'],
  warnings: { a: 'careful' },
  order: 1,
  default_value: 'a',
  optional: true,
  secret: true,
  hidden: false,
  automated: false,
  prefix: 'https://',
  suffix: '.example.com',
  doc_section: '#step-1',
};
const STEP = {
  token_url: 'https://example.com/${step1.id}',
  token_params: { nested: { deep: '${credentials.a}' } },
  token_headers: { 'x-a': '${token}' },
  token_request_method: 'GET',
  body_format: 'xml',
};
const PAGES = [
  { type: 'cursor', cursor_path_in_response: 'a.b', cursor_name_in_request: 'c', response_path: 'd', limit_name_in_request: 'l' },
  { type: 'link', link_rel_in_response_header: 'next', in_body: true, limit: 5 },
  { type: 'link', link_path_in_response_body: 'next' },
  { type: 'offset', offset_name_in_request: 'o', offset_start_value: 1, offset_calculation_method: 'per-page' },
];

/** Every documented field (spec/auth.md §1.4-1.9), those that nothing acts on too. */
const EVERYTHING = {
  display_name: 'Everything',
  categories: ['crm', 'other'],
  docs: 'https://example.com/docs',
  docs_connect: 'https://example.com/connect',
  setup_guide_url: 'https://example.com/setup',
  auth_mode: 'TWO_STEP',
  auth_type: 'BASIC',
  installation: 'outbound',
  default_scopes: ['a'],
  connection_configuration: ['a'],
  post_connection_script: 'a',
  pre_connection_deletion_script: 'a',
  credentials_verification_script: 'a',
  webhook_routing_script: '',
  webhook_user_defined_secret: true,
  webhook_allowed_query_params: ['a'],
  webhook_response_metadata: ['a.b'],
  authorization_code_param_in_webhook: 'a.b',
  require_client_certificate: true,
  credentials: { apiKey: INPUT },
  connection_config: { 'a.b-c_d': INPUT },
  integration_config: { key: { ...INPUT, visible_when: { field: 'mode', equals: 'a' } } },
  assertion_option: { user: INPUT },
  authorization_url: 'https://${connectionConfig.a}.example.com/a || https://example.com/a',
  token_url: { OAUTH2: 'https://example.com/t', APP: 'https://example.com/${connectionConfig.installation_id}' },
  authorization_params: { prompt: 'consent', n: 1 },
  token_params: { grant_type: 'x', nested: { list: ['${credentials.a}'] } },
  refresh_params: { grant_type: 'refresh_token' },
  scope_separator: ',',
  disable_pkce: true,
  authorization_method: 'header',
  token_request_auth_method: 'private_key_jwt',
  body_format: 'query',
  refresh_url: 'https://example.com/r',
  alternate_access_token_response_path: 'authed_user',
  expires_in_unit: 'milliseconds',
  token_expiration_buffer: 60,
  authorization_url_skip_encode: ['scopes', 'base_url'],
  token_url_skip_encode: ['base_url'],
  authorization_url_replacements: { client_id: 'client_key' },
  authorization_url_skip_empty: true,
  authorization_url_fragment: '/oauth',
  authorization_code_param_in_callback: 'tenant',
  redirect_uri_metadata: ['realmId'],
  token_response_metadata: ['team.id'],
  request_url: 'https://example.com/request',
  request_params: { a: 'b' },
  request_http_method: 'PUT',
  token_http_method: 'GET',
  signature_method: 'PLAINTEXT',
  client_registration: 'cimd',
  registration_url: 'https://example.com/register',
  registration_params: { response_types: ['code'], grant_types: ['authorization_code'] },
  signature: { protocol: 'HMAC', hmac_secret_encoding: 'utf8' },
  token: {
    signing_key: '${credentials.key}',
    expires_in_ms: 1000,
    header: { alg: 'HS256', typ: 'JWT', kid: '${credentials.id}' },
    payload: { iss: '${credentials.id}', aud: ['a', 'b'] },
  },
  token_headers: { authorization: 'Basic ${base64(${credentials.a}:${credentials.b})}' },
  token_request_method: 'POST',
  token_response: { token: 'a.b', token_expiration: 'c', token_expiration_strategy: 'expireIn', refresh_token: 'd' },
  token_expires_in_ms: 0,
  token_response_headers: ['set-cookie'],
  additional_steps: [STEP, STEP],
  refresh_token_params: { token: '${refresh_token}' },
  refresh_token_headers: { a: 'b' },
  assertion: {
    type: 'saml',
    key: '${credentials.key}',
    issuer: 'i',
    audiences: ['a'],
    recipient: 'r',
    sessionIndex: 's',
    nameIdentifier: '${assertionOption.user}',
    attributes: { a: 'b' },
    lifetimeInSeconds: 600,
    header: { alg: 'PS256' },
    payload: { iss: 'i' },
  },
  decode_url: true,
  auth: { a: 1 },
  refresh_token_response_metadata: ['a'],
  pre_connection_creation_script: 'a',
  access_token_url: 'https://example.com',
  proxy: {
    base_url: 'https://${connectionConfig.a} || https://example.com',
    headers: {
      'x-date': '${now:YYYYMMDDTHHmmss[Z]}',
      authorization: '${awsSigV4(${credentials.id}, ${credentials.key}, eu, s3)}',
    },
    query: { key: '${apiKey}', n: 2 },
    body: { auth: { key: '${apiKey}' } },
    retry: {
      after: ['retry-after', 'x-wait'],
      at: 'x-reset',
      remaining: 'x-left',
      error_code: [429, '5xx', '500-502'],
      in_body: { path: 'error.message', value: 'after (\\d+)', strategy: 'after' },
    },
    decompress: true,
    forward_headers_on_redirect: true,
    verification: {
      method: 'POST',
      endpoints: ['/me', '/you/${connectionConfig.a}'],
      base_url_override: 'https://login.example.com',
      headers: { accept: 'application/json' },
      data: { query: '{ me { id } }' },
    },
    connection_config: { a: 'anything' },
  },
};

/** Chains of four aliases, children before their parents, and entries of every mode with every way of paging. */
function largeCatalogue(): Record<string, object> {
  const entries: [string, object][] = [];
  for (let index = 0; index < 100; index += 1) {
    const name = `p-${index}`;
    entries.push(
      [`${name}-a`, { alias: `${name}-b`, display_name: `A ${index}` }],
      [`${name}-b`, { alias: `${name}-c`, webhook_routing_script: '' }],
      [`${name}-c`, { alias: `${name}-d`, proxy: { base_url: `https://c${index}.example.com`, paginate: PAGES[index % 4] } }],
      [`${name}-d`, { alias: name, auth_mode: AUTH_MODES[index % AUTH_MODES.length] }],
      [name, { ...EVERYTHING, display_name: `Root ${index}` }],
    );
  }
  return Object.fromEntries(entries);
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'large-catalogue-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('an external catalogue of five hundred entries', () => {
  it('names every field there is', () => {
    expect(Object.keys(EVERYTHING).toSorted()).toEqual(Object.keys(catalogueEntry.shape).toSorted());
  });

  it.each([
    ['providers.yaml', stringify],
    ['providers.json', JSON.stringify],
  ])('loads from %s, its aliases in any order', async (name, write) => {
    const path = join(folder, name);
    writeFileSync(path, write(largeCatalogue()));
    const { providers, problems } = buildCatalogue(await readCatalogueFiles(path, 'test'));
    expect(problems).toEqual([]);
    expect(providers.size).toBe(500);
    expect(new Set([...providers.values()].map(({ auth_mode: mode }) => mode))).toEqual(new Set(AUTH_MODES));
    expect(providers.get('p-7-a')).toMatchObject({
      display_name: 'A 7',
      webhook_routing_script: '',
      auth_mode: AUTH_MODES[7],
      proxy: { base_url: 'https://c7.example.com', paginate: PAGES[3] },
      token_response: EVERYTHING.token_response,
    });
  });

  it('loses what is wrong in it, and nothing else', async () => {
    const path = join(folder, 'mixed.json');
    const bad = {
      'p-3': { ...EVERYTHING, colour: 'red' },
      'p-5-c': { alias: 'p-5-a' },
      'p-6-b': { alias: 'p-6-c', proxy: { base_url: 'https://${connectionConfig.a' } },
    };
    writeFileSync(path, JSON.stringify({ ...largeCatalogue(), ...bad }));
    const catalogue = await Catalogue.load(path);
    const lost = Object.keys(largeCatalogue()).filter((name) => !catalogue.get(name));
    expect(lost.toSorted()).toEqual(['p-3', 'p-3-a', 'p-3-b', 'p-3-c', 'p-3-d', 'p-5-a', 'p-5-b', 'p-5-c', 'p-6-a', 'p-6-b']);
    expect(catalogue.get('twilio')).toBeDefined();
  });
});
