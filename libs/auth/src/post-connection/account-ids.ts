import { createHash } from 'node:crypto';
import { fieldsOf, textOf, valueAt } from '#libs/token-http';
import type { VendorApi } from './vendor-api.js';

type Config = Readonly<Record<string, unknown>>;

/** Only what the provider told. */
const known = (config: Config): Config => Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));

/** Notifications name an address; connections are found by its digest, so that the address itself is not kept. */
const emailAddressHash = (email: string): string =>
  createHash('sha256').update(`google-account:${email.trim().toLowerCase()}`).digest('hex');

/** The calendar that is called primary has the account's address as its id. */
export async function google(api: VendorApi): Promise<Config> {
  const isCalendar = api.subject.provider.name.includes('calendar');
  const body = await api.get(isCalendar ? '/calendar/v3/calendars/primary' : '/gmail/v1/users/me/profile');
  const email = textOf(valueAt(body, isCalendar ? 'id' : 'emailAddress'));
  return email === undefined ? {} : { emailAddressHash: emailAddressHash(email) };
}

export async function hubspot(api: VendorApi): Promise<Config> {
  return known({ portalId: valueAt(await api.get('/account-info/v3/details'), 'portalId') });
}

export async function linear(api: VendorApi): Promise<Config> {
  const body = await api.call(api.at('/graphql'), { json: { query: '{ organization { id } }' } });
  return known({ organizationId: valueAt(body, 'data.organization.id') });
}

export async function attio(api: VendorApi): Promise<Config> {
  return known({ workspace_id: valueAt(await api.get('/v2/self'), 'workspace_id') });
}

/** Calendly names things by their addresses; the id is the last part. */
export async function calendly(api: VendorApi): Promise<Config> {
  const address = textOf(valueAt(await api.get('/users/me'), 'resource.current_organization'));
  return known({ organizationId: address?.split('/').at(-1) });
}

export async function mailchimp(api: VendorApi): Promise<Config> {
  const headers = { authorization: `OAuth ${api.token}` };
  return known({ dc: valueAt(await api.call(api.atTokenHost('/oauth2/metadata'), { method: 'GET', headers }), 'dc') });
}

export async function gusto(api: VendorApi): Promise<Config> {
  const resource = fieldsOf(valueAt(await api.get('/v1/token_info'), 'resource'));
  return resource['type'] === 'Company' ? known({ companyUuid: resource['uuid'] }) : {};
}

/** The account a user works in by default, and where its API is. */
export async function docusign(api: VendorApi): Promise<Config> {
  const body = fieldsOf(await api.call(api.atTokenHost('/oauth/userinfo'), { method: 'GET' }));
  const accounts = Array.isArray(body['accounts']) ? body['accounts'].map(fieldsOf) : [];
  const account = accounts.find(({ is_default: isDefault }) => isDefault === true) ?? accounts[0];
  return known({ account_id: account?.['account_id'], base_uri: account?.['base_uri'] });
}

const SNOWFLAKE_QUERY = 'SELECT CURRENT_ORGANIZATION_NAME(), CURRENT_ACCOUNT_NAME(), CURRENT_REGION()';

export async function snowflake(api: VendorApi): Promise<Config> {
  const headers = { 'x-snowflake-authorization-token-type': 'OAUTH' };
  const body = await api.call(api.at('/api/v2/statements'), { headers, json: { statement: SNOWFLAKE_QUERY } });
  const [organization, account, region] = ['data.0.0', 'data.0.1', 'data.0.2'].map((path) => textOf(valueAt(body, path)));
  return known({ organization_name: organization, account_name: account, region });
}

/** Salesforce's answer names the user by an address: `…/id/<organization>/<user>`. */
export async function salesforce({ credentials }: VendorApi): Promise<Config> {
  const [organizationId, userId] = textOf(valueAt(credentials['raw'], 'id'))?.split('/').slice(-2) ?? [];
  return known({ organizationId, userId });
}

/** What follows `zohoapis.` in the address of the API that the token is for. */
export async function zoho({ subject }: VendorApi): Promise<Config> {
  const { extension, api_domain: domain } = subject.connectionConfig;
  const told = /\.zohoapis\.([a-z.]+)$/i.exec(URL.parse(textOf(domain) ?? '')?.host ?? '');
  return textOf(extension) === undefined && told ? { extension: told[1] } : {};
}

/** A requested installation is matched by who asked for it. */
export async function githubAppOauth(api: VendorApi): Promise<Config> {
  const user = fieldsOf(api.subject.connectionConfig['userCredentials']);
  const token = textOf(user['access_token']) ?? (api.credentials.type === 'OAUTH2' ? api.token : undefined);
  if (token === undefined) return {};
  const body = await api.call(api.at('/user'), { method: 'GET', headers: { authorization: `Bearer ${token}` } });
  return known({ handle: valueAt(body, 'login') });
}

/** Sentry waits to hear that an installation is complete. */
export async function sentry(api: VendorApi): Promise<Config> {
  const uuid = textOf(valueAt(api.subject.connectionConfig, 'installation.uuid'));
  // A pending connection has no token yet.
  if (uuid === undefined || api.token === '') return {};
  const url = api.at(`/0/sentry-app-installations/${encodeURIComponent(uuid)}/`);
  await api.call(url, { method: 'PUT', json: { status: 'installed' } });
  return {};
}
