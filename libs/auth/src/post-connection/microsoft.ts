import { clientOfCredentials, textOf, tokenAddress, tokenUrlTemplate, valueAt } from '#libs/token-http';
import { secondToken } from '../providers/microsoft-second-token.js';
import { claimsOf } from './chosen-sites.js';
import type { VendorApi } from './vendor-api.js';

type Config = Readonly<Record<string, unknown>>;

/** The directory of whoever connected: in the token itself for accounts of organizations, else asked for. */
export async function microsoftTeams(api: VendorApi): Promise<Config> {
  const tenantId = textOf(claimsOf(api.token)['tid']) ?? textOf(valueAt(await api.get('/v1.0/organization'), 'value.0.id'));
  return tenantId === undefined ? {} : { tenantId };
}

export const oneDrive = (api: VendorApi): Promise<Config> => withSite(api, '/v1.0/me/drive');

export const sharepointOnline = (api: VendorApi): Promise<Config> => withSite(api, '/v1.0/sites/root');

/** A token for the tenant's own host too, which Graph's does not open. */
async function withSite(api: VendorApi, path: string): Promise<Config> {
  const site = URL.parse(textOf(valueAt(await api.get(path), 'webUrl')) ?? '');
  const tenant = await microsoftTeams(api);
  const { provider, connectionConfig } = api.subject;
  const refreshToken = textOf(api.credentials['refresh_token']);
  if (!site || refreshToken === undefined) return tenant;
  const asked = {
    url: tokenAddress(provider, tokenUrlTemplate(provider), connectionConfig),
    client: clientOfCredentials(api.subject, api.credentials),
    resource: site.origin,
    refreshToken,
  };
  return { ...tenant, sharepointAccessToken: await secondToken(api.http, asked, 'token_err') };
}
