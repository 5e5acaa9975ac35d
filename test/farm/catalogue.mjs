import { DIALECTS } from './oauth/dialects.mjs';

const input = (title, more = {}) => ({ type: 'string', title, description: `${title} at the farm`, ...more });
const secret = (title) => input(title, { secret: true });
const entry = (display_name, auth_mode, fields) => ({ display_name, docs: 'https://example.com/farm', auth_mode, ...fields });
const verified = (base, more = {}) => ({ ...more, base_url: base, verification: { endpoints: ['/me'] } });

/**
 * A catalogue file in the documented format: a provider of every auth mode, all at one farm.
 * @param {{ url: string, httpsUrl: string }} farm
 */
export const catalogueOf = (farm) => ({
  ...oauthEntries(farm),
  ...clientEntries(farm),
  ...keyEntries(farm),
  ...loginEntries(farm),
});

function oauthEntries({ url, httpsUrl }) {
  const dialects = Object.keys(DIALECTS).map((name) => [
    `farm-oauth2-${name}`,
    entry(`Farm ${name}`, 'OAUTH2', {
      authorization_url: `${url}/oauth2/${name}/authorize`,
      token_url: `${url}/oauth2/${name}/token`,
      proxy: { base_url: `${url}/api/oauth2` },
      ...(name === 'nested' ? { alternate_access_token_response_path: 'authed_user', token_response_metadata: ['team.id'] } : {}),
      ...(name === 'plain' ? { redirect_uri_metadata: ['realm_id'] } : {}),
      ...(name === 'due' ? { token_request_auth_method: 'basic' } : {}),
    }),
  ]);
  const oidc = (at) => ({
    authorization_url: `${at}/oidc/auth`,
    token_url: `${at}/oidc/token`,
    authorization_params: { prompt: 'consent' },
    proxy: { base_url: `${at}/api/oidc` },
  });
  return {
    ...Object.fromEntries(dialects),
    'farm-oidc': entry('Farm OpenID', 'OAUTH2', oidc(url)),
    'farm-oidc-tenant': entry('Farm OpenID tenant', 'OAUTH2', {
      ...oidc(url),
      authorization_url: `${url}/oidc/\${connectionConfig.tenant}`,
      connection_config: { tenant: input('Tenant', { pattern: '^[a-z]+$' }) },
    }),
    'farm-outbound': entry('Farm marketplace', 'OAUTH2', {
      installation: 'outbound',
      token_url: `${url}/oauth2/plain/token`,
      proxy: { base_url: `${url}/api/oauth2` },
    }),
    'farm-oauth1': entry('Farm OAuth 1', 'OAUTH1', {
      request_url: `${url}/oauth1/request`,
      authorization_url: `${url}/oauth1/authorize`,
      token_url: `${url}/oauth1/access`,
      signature_method: 'HMAC-SHA1',
      proxy: { base_url: `${url}/api/oauth1` },
    }),
    'farm-mcp': entry('Farm MCP', 'MCP_OAUTH2', {
      ...oidc(url),
      client_registration: 'dynamic',
      registration_url: `${url}/oidc/reg`,
    }),
    'farm-mcp-generic': entry('Any MCP server', 'MCP_OAUTH2_GENERIC', {
      connection_config: { mcp_server_url: input('Server', { format: 'uri', example: `${httpsUrl}/mcp` }) },
    }),
    'farm-plugin': entry('Farm plug-in', 'INSTALL_PLUGIN', {
      auth_type: 'BASIC',
      redirect_uri_metadata: ['website_id'],
      proxy: verified(`${url}/api/plugin`),
    }),
    'farm-github': entry('Farm app', 'APP', {
      authorization_url: '${connectionConfig.appPublicLink}/installations/new',
      token_url: `${url}/github/app/installations/\${connectionConfig.installation_id}/access_tokens`,
      connection_config: {
        appPublicLink: input('Link', { automated: true }),
        installation_id: input('Installation', { automated: true }),
      },
      proxy: { base_url: `${url}/api/github` },
    }),
    'farm-github-oauth': entry('Farm app with users', 'CUSTOM', {
      authorization_url: '${connectionConfig.appPublicLink}/installations/new',
      token_url: {
        OAUTH2: `${url}/github/login/oauth/access_token`,
        APP: `${url}/github/app/installations/\${connectionConfig.installation_id}/access_tokens`,
      },
      connection_config: {
        appPublicLink: input('Link', { automated: true }),
        installation_id: input('Installation', { automated: true }),
      },
      proxy: { base_url: `${url}/api/github` },
    }),
  };
}

function clientEntries({ url, httpsUrl }) {
  const id = { client_id: input('Client ID') };
  const both = { ...id, client_secret: secret('Client secret') };
  const cc = (way, more) =>
    entry(`Farm service (${way})`, 'OAUTH2_CC', {
      token_url: `${url}/cc/${way}/token`,
      token_params: { grant_type: 'client_credentials' },
      credentials: both,
      proxy: { base_url: `${url}/api/cc` },
      ...more,
    });
  return {
    'farm-cc-body': cc('body'),
    'farm-cc-basic': cc('basic', { token_request_auth_method: 'basic' }),
    'farm-cc-query': cc('query', { body_format: 'query' }),
    'farm-cc-key': cc('key', {
      token_request_auth_method: 'private_key_jwt',
      credentials: { ...id, client_private_key: secret('Private key') },
    }),
    'farm-cc-certificate': cc('certificate', {
      token_url: `${httpsUrl}/cc/certificate/token`,
      require_client_certificate: true,
      credentials: { ...both, client_certificate: input('Certificate'), client_private_key: secret('Private key') },
    }),
  };
}

function keyEntries({ url }) {
  const login = { username: input('User name'), password: secret('Password') };
  const jwt = (life) =>
    entry('Farm signer', 'JWT', {
      signature: { protocol: 'RSA' },
      token: {
        signing_key: '${credentials.privateKey}',
        expires_in_ms: life,
        header: { alg: 'RS256', typ: 'JWT', kid: '${credentials.keyId}' },
        payload: { iss: '${credentials.issuerId}', aud: 'farm' },
      },
      credentials: { keyId: input('Key ID'), issuerId: input('Issuer'), privateKey: secret('Private key') },
      proxy: verified(`${url}/api/jwt`),
    });
  const wsse = (life) =>
    entry('Farm digest', 'SIGNATURE', {
      signature: { protocol: 'WSSE' },
      token: { expires_in_ms: life },
      credentials: login,
      proxy: verified(`${url}/api/wsse`, { headers: { 'x-wsse': '${accessToken}' } }),
    });
  return {
    'farm-api-key': entry('Farm key', 'API_KEY', {
      credentials: { apiKey: secret('API key') },
      proxy: verified(`${url}/api/api-key`, { headers: { 'x-api-key': '${apiKey}' } }),
    }),
    'farm-basic': entry('Farm login', 'BASIC', { credentials: login, proxy: verified(`${url}/api/basic`) }),
    'farm-tba': entry('Farm ERP', 'TBA', {
      connection_config: { accountId: input('Account ID') },
      proxy: verified(`${url}/api/tba`),
    }),
    'farm-jwt': jwt(600_000),
    'farm-jwt-short': jwt(2000),
    'farm-ghost': entry('Farm ghost', 'JWT', {
      signature: { protocol: 'HMAC', hmac_secret_encoding: 'hex' },
      token: {
        signing_key: '${credentials.privateKey.secret}',
        expires_in_ms: 300_000,
        header: { alg: 'HS256', typ: 'JWT', kid: '${credentials.privateKey.id}' },
        payload: { aud: '/admin/' },
      },
      credentials: { privateKey: secret('Admin key') },
      proxy: verified(`${url}/api/ghost`, { headers: { authorization: 'Ghost ${accessToken}' } }),
    }),
    'farm-wsse': wsse(300_000),
    'farm-wsse-short': wsse(1000),
    'farm-none': entry('Farm for everybody', 'NONE', { proxy: { base_url: `${url}/api/none` } }),
    'farm-aws': entry('Farm AWS', 'AWS_SIGV4', {
      credentials: { role_arn: input('Role') },
      connection_config: { region: input('Region', { optional: true }), service: input('Service', { automated: true }) },
      integration_config: Object.fromEntries(
        [
          'service',
          'defaultRegion',
          'stsMode',
          'awsAccessKeyId',
          'awsSecretAccessKey',
          'stsEndpointUrl',
          'stsAuthType',
          'stsApiKey',
        ].map((name) => [name, input(name, { optional: true })]),
      ),
      proxy: { base_url: `${url}/api/aws` },
    }),
  };
}

function loginEntries({ url }) {
  const credentials = { username: input('User name'), password: secret('Password') };
  const login = { username: '${credentials.username}', password: '${credentials.password}' };
  const twoStep = (name, fields) => entry(`Farm ${name}`, 'TWO_STEP', { credentials, ...fields });
  return {
    'farm-two-step': twoStep('session', {
      token_url: `${url}/login/json`,
      token_params: { login },
      token_response: {
        token: 'data.session.token',
        token_expiration: 'data.session.expires_in',
        token_expiration_strategy: 'expireIn',
        refresh_token: 'data.session.renewal',
      },
      refresh_url: `${url}/login/json/refresh`,
      refresh_token_params: { renewal: '${refresh_token}' },
      proxy: { base_url: `${url}/api/two-step` },
    }),
    'farm-two-step-cookie': twoStep('cookie', {
      token_url: `${url}/login/cookie`,
      body_format: 'form',
      token_params: login,
      token_response: { token: 'ticket', token_expiration: 'valid_seconds', token_expiration_strategy: 'expireIn' },
      token_response_headers: ['set-cookie'],
      proxy: { base_url: `${url}/api/cookie`, headers: { cookie: '${credentials._cookies}' } },
    }),
    'farm-two-step-xml': twoStep('XML', {
      token_url: `${url}/login/xml`,
      body_format: 'xml',
      token_params: { login: { $: { version: '1' }, ...login } },
      token_response: { token: 'answer.session.token' },
      token_expires_in_ms: 1000,
      proxy: { base_url: `${url}/api/xml` },
    }),
    'farm-two-step-steps': twoStep('two calls', {
      token_url: `${url}/login/steps/start`,
      token_params: login,
      additional_steps: [
        {
          token_url: `${url}/login/steps/finish`,
          token_params: { ticket: '${step1.result.ticket}' },
          token_headers: { 'x-step': 'two' },
        },
      ],
      token_response: { token: 'token', token_expiration: 'expires_at', token_expiration_strategy: 'expireAt' },
      proxy: { base_url: `${url}/api/steps` },
    }),
    'farm-bill': entry('Farm bills', 'BILL', { token_url: `${url}/bill/v3/login`, proxy: { base_url: `${url}/api/bill` } }),
  };
}
