import { textOf } from '#libs/token-http';
import type { VendorApi } from './vendor-api.js';

/** HubSpot takes the refresh token back; its access token ends by itself. */
export async function hubspot(api: VendorApi): Promise<void> {
  const refreshToken = textOf(api.credentials['refresh_token']);
  if (refreshToken === undefined) return;
  await api.call(api.at(`/oauth/v1/refresh-tokens/${encodeURIComponent(refreshToken)}`), { method: 'DELETE' });
}

export async function intercom(api: VendorApi): Promise<void> {
  await api.call(api.at('/auth/uninstall'), { method: 'POST' });
}

export async function linear(api: VendorApi): Promise<void> {
  await api.call(api.at('/oauth/revoke'), { form: { access_token: api.token } });
}

export async function onelogin(api: VendorApi): Promise<void> {
  const { client_id: id, client_secret: secret } = api.credentials;
  const headers = { authorization: `client_id:${textOf(id) ?? ''}, client_secret:${textOf(secret) ?? ''}` };
  await api.call(api.at('/auth/oauth2/revoke'), { headers, json: { access_token: api.token } });
}
