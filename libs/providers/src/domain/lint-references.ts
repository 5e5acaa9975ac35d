import type { Provider } from './entry.js';
import { type FieldProblem, templatesOf } from './entry-templates.js';
import { compileTemplate } from './parse-template.js';

type Mode = Provider['auth_mode'];

const BASIC = ['username', 'password'];

/** Names of credentials that a mode has whether its entry describes them or not (spec/auth.md §1.5, §2.2). */
const CREDENTIALS: Readonly<Partial<Record<Mode, readonly string[]>>> = {
  API_KEY: ['apiKey'],
  BASIC,
  SIGNATURE: BASIC,
  INSTALL_PLUGIN: BASIC,
  OAUTH2_CC: ['client_id', 'client_secret', 'client_certificate', 'client_private_key'],
  TBA: ['token_id', 'token_secret'],
  BILL: [...BASIC, 'organization_id', 'dev_key', 'session_id', 'user_id'],
  AWS_SIGV4: ['role_arn', 'access_key_id', 'secret_access_key', 'session_token'],
};

/** Settings of a connection that the server itself fills in. */
const SETTINGS: Readonly<Partial<Record<Mode, readonly string[]>>> = {
  APP: ['installation_id', 'appPublicLink'],
  CUSTOM: ['installation_id', 'appPublicLink'],
  AWS_SIGV4: ['region', 'service', 'external_id'],
};

/** Settings of a connection that the server itself reads. */
const READ_SETTINGS = ['base_url', 'oauth_scopes', 'authorization_params'];

const REQUEST_VALUES = 'method host path endpoint params urlCanonicalParams bodyCanonicalParams contentType'.split(' ');

/** What a template may name in any entry: the token, its client, the request (spec/auth.md §1.10). */
const COMMON = new Set(['accessToken', 'clientId', 'clientSecret', 'token', 'assertion', 'refresh_token', ...REQUEST_VALUES]);

/** Names in the templates of an entry that nothing of it declares. */
export function undeclaredNames(provider: Provider): FieldProblem[] {
  return templatesOf(provider).flatMap(({ path, text }) =>
    compileTemplate(text)
      .references.map((name) => [name, cureOf(provider, name)] as const)
      .filter(([, cure]) => cure !== undefined)
      .map(([name, cure]) => ({ field: path, problem: `nothing declares \${${name}}: ${cure}` })),
  );
}

/** How to make a name known; undefined when it is. */
function cureOf(provider: Provider, name: string): string | undefined {
  const [root = '', ...rest] = name.split('.');
  const inner = rest.join('.');
  if (root === 'connectionConfig') {
    return isAmong(settingsOf(provider), inner) ? undefined : `add ${inner} to connection_config, or to token_response_metadata`;
  }
  if (root === 'metadata' || COMMON.has(name)) return undefined;
  if (/^step\d+$/.test(root)) return provider.additional_steps ? undefined : 'add additional_steps, or correct the name';
  if (root === 'assertionOption') {
    return isAmong(Object.keys(provider.assertion_option ?? {}), inner) ? undefined : `add ${inner} to assertion_option`;
  }
  const field = root === 'credentials' ? inner : name;
  return isAmong(credentialsOf(provider), field) ? undefined : `add ${field} to credentials, or correct the name`;
}

function settingsOf(provider: Provider): string[] {
  return [...Object.keys(provider.connection_config ?? {}), ...answersOf(provider), ...(SETTINGS[provider.auth_mode] ?? [])];
}

/** Settings that the provider or a handler fills in. */
const answersOf = (provider: Provider): string[] => [
  ...(provider.token_response_metadata ?? []),
  ...(provider.redirect_uri_metadata ?? []),
  ...(provider.webhook_response_metadata ?? []),
  ...(provider.connection_configuration ?? []),
];

/** Kept response headers are credentials too, among them a cookie by the names in it. */
function credentialsOf(provider: Provider): string[] {
  const headers = provider.token_response_headers ?? [];
  return [
    ...(CREDENTIALS[provider.auth_mode] ?? []),
    ...Object.keys(provider.credentials ?? {}),
    ...(provider.auth_mode === 'TWO_STEP' ? Object.keys(provider.integration_config ?? {}) : []),
    ...headers,
    ...(headers.includes('set-cookie') ? ['_cookies'] : []),
  ];
}

/** Whether a name, or what it is a part of, is among those declared. */
const isAmong = (declared: readonly string[], name: string): boolean =>
  declared.some((known) => name === known || name.startsWith(`${known}.`));

/** Inputs of a connection that no template uses. What is filled in by a handler, or read by one, need not be in a template. */
export function unusedInputs(provider: Provider): FieldProblem[] {
  const { auth_mode: mode, post_connection_script: script, installation } = provider;
  if (mode === 'MCP_OAUTH2_GENERIC' || mode === 'AWS_SIGV4' || script || installation) return [];
  const used = new Set(templatesOf(provider).flatMap(({ text }) => compileTemplate(text).references));
  const filledIn = new Set([...READ_SETTINGS, ...answersOf(provider)]);
  return Object.entries(provider.connection_config ?? {})
    .filter(([name, { automated }]) => !automated && !filledIn.has(name) && !used.has(`connectionConfig.${name}`))
    .map(([name]) => ({ field: `connection_config.${name}`, problem: 'no template uses it: remove it, or use it' }));
}
