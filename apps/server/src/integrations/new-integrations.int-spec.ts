import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Environments } from '#libs/accounts';
import type { ClientIdentities } from '#libs/connect';
import type { UrlPolicy } from '#libs/contracts';
import { parseOauthPolicy } from '#libs/outbound';
import type { Provider } from '#libs/providers';
import { startUpstream, type Upstream } from '#libs/testing';
import { TokenHttp } from '#libs/token-http';
import { clientRegistration } from './new-integrations.service.js';

let server: Upstream;
let http: TokenHttp;

beforeAll(async () => {
  server = await startUpstream();
  server.on('POST', '/register', () => ({ status: 201, body: { client_id: 'registered' } }));
  http = new TokenHttp({ policy: parseOauthPolicy(LOOPBACK_ALLOWED) });
});
afterAll(async () => {
  await http.close();
  await server.close();
});

const LOOPBACK_ALLOWED = {
  NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: true,
  NANGO_OUTBOUND_URL_POLICY_OAUTH: { mode: 'permissive', blockPrivateIps: false },
} as const;

const identity = {
  callbackUrl: 'https://fairlead.example/oauth/callback',
  clientName: 'Acme - dev - MCP',
  clientMetadataUrl: undefined,
};
const identities = { of: async () => identity } as unknown as ClientIdentities;
const provider = (more: Partial<Provider>): Provider =>
  ({ name: 'mcp', auth_mode: 'MCP_OAUTH2', registration_url: `${server.url}/register`, ...more }) as Provider;
const caller = { accountId: 1, environmentId: 1, environmentName: 'dev', environmentUuid: 'u', scopes: [] };
const environments = { get: async () => ({ outboundPolicy }) } as unknown as Environments;
let outboundPolicy: UrlPolicy | undefined;
const register = (of: Provider) => clientRegistration(identities, environments, http)(caller, 'mcp', of);

it('registers a client in the environment’s name where the catalogue says so', async () => {
  expect(await register(provider({ client_registration: 'dynamic' }))).toEqual({ type: 'MCP_OAUTH2', client_id: 'registered' });
  expect(server.requests.at(-1)?.json).toMatchObject({
    client_name: 'Acme - dev - MCP',
    redirect_uris: ['https://fairlead.example/oauth/callback'],
    token_endpoint_auth_method: 'none',
  });
});

it('registers none elsewhere', async () => {
  expect(await register(provider({ client_registration: 'static' }))).toBeUndefined();
  expect(await register(provider({ auth_mode: 'OAUTH2' }))).toBeUndefined();
});

it('registers none with a server that the environment may not call', async () => {
  outboundPolicy = { mode: 'allowlist', allowlist: ['provider.example'] };
  await expect(register(provider({ client_registration: 'dynamic' }))).rejects.toThrow(
    'the outbound policy of the environment says what may be called',
  );
});
