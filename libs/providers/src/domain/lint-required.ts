import type { Provider } from './entry.js';
import type { FieldProblem } from './entry-templates.js';

type Mode = Provider['auth_mode'];
type Field = keyof Provider;

/** Fields without which a mode cannot work. */
const REQUIRED: Readonly<Partial<Record<Mode, readonly Field[]>>> = {
  OAUTH1: ['request_url', 'authorization_url', 'token_url', 'signature_method'],
  OAUTH2: ['authorization_url', 'token_url'],
  OAUTH2_CC: ['token_url'],
  CUSTOM: ['authorization_url', 'token_url'],
  APP: ['token_url'],
  TWO_STEP: ['token_url', 'token_response'],
  JWT: ['token', 'signature'],
  SIGNATURE: ['token', 'signature'],
  BILL: ['token_url'],
  MCP_OAUTH2: ['authorization_url', 'token_url', 'client_registration'],
};

/** Modes whose calls name their own base URL, or may. */
const NO_BASE = new Set<Mode>(['NONE', 'MCP_OAUTH2', 'MCP_OAUTH2_GENERIC']);

/** What the mode of an entry needs and the entry does not say. */
export function missingFields(provider: Provider): FieldProblem[] {
  const mode = provider.auth_mode;
  const required = (REQUIRED[mode] ?? []).filter((field) => !isComplete(provider, field));
  return [
    ...required.map((field) => ({ field, problem: `${mode} needs it: add it` })),
    ...(mode === 'MCP_OAUTH2' && provider.client_registration === 'dynamic' && !provider.registration_url
      ? [{ field: 'registration_url', problem: 'dynamic client_registration needs it: add it' }]
      : []),
    ...baseUrl(provider),
  ];
}

/** A provider that installs us from its own side is never sent to an authorization page. */
const isComplete = (provider: Provider, field: Field): boolean =>
  Boolean(provider[field]) || (field === 'authorization_url' && provider.installation === 'outbound');

function baseUrl({ auth_mode, proxy, connection_config, integration_config }: Provider): FieldProblem[] {
  const isNamedElsewhere = Boolean(connection_config?.['base_url'] ?? integration_config?.['baseUrl']);
  if (proxy?.base_url || NO_BASE.has(auth_mode) || isNamedElsewhere) return [];
  return [{ field: 'proxy.base_url', problem: 'nothing says where the API is: add it, or ask for connection_config.base_url' }];
}
