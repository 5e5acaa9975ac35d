import { type AuthMode, AuthModes, type AuthSubject } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { Catalogue, catalogueEntry } from '#libs/providers';

const general = { categories: ['other'], docs: 'https://example.com' };
const field = (more: object = {}) => ({ type: 'string', title: 'Field', description: 'A field', ...more });

/** One provider for each way to connect, and a few with inputs of their own. */
const ENTRIES = {
  keyed: {
    auth_mode: 'API_KEY',
    credentials: { apiKey: field({ pattern: '^sk_' }) },
    connection_config: {
      subdomain: field({ pattern: '^[a-z]+$', default_value: 'www' }),
      region: field({ enum: ['eu', 'us'], optional: true }),
    },
    post_connection_script: 'keyedPostConnection',
    connection_configuration: ['siteId'],
  },
  basic: { auth_mode: 'BASIC' },
  open: { auth_mode: 'NONE' },
  returned: { auth_mode: 'API_KEY', pre_connection_deletion_script: 'returnedPreConnectionDeletion' },
  tba: { auth_mode: 'TBA' },
  jwt: { auth_mode: 'JWT', credentials: { key: field() } },
  steps: {
    auth_mode: 'TWO_STEP',
    credentials: { name: field(), realm: field() },
    integration_config: { realm: field({ optional: true }) },
  },
  bill: { auth_mode: 'BILL' },
  signed: { auth_mode: 'SIGNATURE' },
  aws: { auth_mode: 'AWS_SIGV4' },
  client: { auth_mode: 'OAUTH2_CC' },
  oauth: {
    auth_mode: 'OAUTH2',
    connection_config: { subdomain: field({ pattern: '^[a-z]+$', optional: true }) },
    token_response_metadata: ['team'],
  },
  installed: { auth_mode: 'OAUTH2', installation: 'outbound' },
  app: { auth_mode: 'APP' },
  'app-oauth': { auth_mode: 'CUSTOM' },
  mcp: { auth_mode: 'MCP_OAUTH2' },
};

export const testCatalogue = (): Catalogue =>
  new Catalogue(
    new Map(
      Object.entries(ENTRIES).map(([name, entry]) => [
        name,
        { ...catalogueEntry.parse({ ...general, display_name: name, ...entry }), name },
      ]),
    ),
  );

/** Takes what it is given, but for the word `bad` in it. */
const formMode: AuthMode = {
  mint: async ({ provider }, input) => {
    if (Object.values(input).includes('bad')) throw new AppError('invalid_credentials', 'the provider says no', { status: 400 });
    return { credentials: { type: provider.auth_mode, ...input } };
  },
};

/** A provider that gives a token for the code `good`. */
const browserMode: AuthMode = {
  begin: async ({ connectionConfig }, request) => {
    if (connectionConfig['subdomain'] === 'missing') throw new AppError('url_param_err', 'the address needs a subdomain');
    const url = new URL('https://provider.example/authorize');
    const { state, callbackUrl, userScope = '', authorizationParams = {}, clientName } = request;
    for (const [name, value] of Object.entries({
      state,
      redirect_uri: callbackUrl,
      user_scope: userScope,
      clientName,
      ...authorizationParams,
    })) {
      url.searchParams.set(name, value);
    }
    return { url: url.href, memory: { verifier: 'verifier-1' } };
  },
  finish: async (subject, { query, memory }) => {
    if (query['error']) throw new AppError('callback_err', `the provider refused: ${query['error']}`);
    if (query['code'] !== 'good') throw new AppError('token_err', 'the provider gave no token for this code');
    return {
      credentials: { type: 'OAUTH2', access_token: `token-${String(memory['verifier'])}`, ...overridesOf(subject), raw: {} },
      connectionConfig: { team: 'from-token', ...(query['pending'] ? { pending: true } : {}) },
    };
  },
};

function overridesOf({ connectionConfig }: AuthSubject): object {
  const { oauth_client_id_override: client_id, oauth_client_secret_override: client_secret } = connectionConfig;
  return client_id ? { config_override: { client_id, client_secret } } : {};
}

const installationMode: AuthMode = {
  ...browserMode,
  finish: async (subject, { query, ...request }) => {
    const { installation_id: id } = query;
    if (!id) return (browserMode.finish as NonNullable<AuthMode['finish']>)(subject, { query, ...request });
    if (id === 'gone') throw new AppError('token_err', 'the app is not installed there');
    return {
      credentials: { type: 'APP', access_token: `installation-${id}`, raw: {} },
      connectionConfig: { installation_id: id, app_id: '7' },
    };
  },
};

export const testModes = (): AuthModes =>
  new AuthModes({
    ...Object.fromEntries(
      ['API_KEY', 'BASIC', 'NONE', 'TBA', 'JWT', 'TWO_STEP', 'BILL', 'SIGNATURE', 'AWS_SIGV4', 'OAUTH2_CC'].map((mode) => [
        mode,
        formMode,
      ]),
    ),
    OAUTH2: browserMode,
    MCP_OAUTH2: browserMode,
    APP: installationMode,
    CUSTOM: installationMode,
  });
