import { decodeJwt } from 'jose';
import { AppError } from '#libs/kernel';
import { fieldsOf, textOf, valueAt } from '#libs/token-http';
import type { VendorApi } from './vendor-api.js';

type Config = Readonly<Record<string, unknown>>;

const listOf = (body: unknown) => (Array.isArray(body) ? body.map(fieldsOf) : []);

/** Atlassian's token opens every site the user chose: the one that was asked for by its sub-domain, else the first. */
export async function jira(api: VendorApi): Promise<Config> {
  const sites = listOf(await api.get('/oauth/token/accessible-resources'));
  const wanted = textOf(api.subject.connectionConfig['subdomain'])?.replace(/\.atlassian\.net$/, '');
  const isWanted = (url: unknown) => URL.parse(textOf(url) ?? '')?.host === `${wanted}.atlassian.net`;
  const site = wanted === undefined ? sites[0] : sites.find(({ url }) => isWanted(url));
  const cloudId = textOf(site?.['id']);
  if (cloudId === undefined) {
    throw new AppError(
      'connection_validation_failed',
      wanted === undefined ? 'no site was chosen' : `${wanted} is none of the chosen sites`,
    );
  }
  const baseUrl = textOf(site?.['url']);
  return { cloudId, ...(baseUrl !== undefined && { baseUrl }), ...(await accountId(api, cloudId)) };
}

/** Who connected; left out where the scopes do not allow to ask. */
async function accountId(api: VendorApi, cloudId: string): Promise<Config> {
  const isConfluence = api.subject.provider.name.startsWith('confluence');
  const path = isConfluence ? '/wiki/rest/api/user/current' : '/rest/api/3/myself';
  try {
    const id = textOf(valueAt(await api.get(`/ex/${isConfluence ? 'confluence' : 'jira'}/${cloudId}${path}`), 'accountId'));
    return id === undefined ? {} : { accountId: id };
  } catch (error) {
    if (error instanceof AppError) return {};
    throw error;
  }
}

/** Xero's token opens every organisation the user ever chose; its event tells which was chosen this time. */
export async function xero(api: VendorApi): Promise<Config> {
  const tenants = listOf(await api.get('/connections'));
  const event = claimsOf(api.token)['authentication_event_id'];
  const chosen = tenants.find(({ authEventId }) => authEventId !== undefined && authEventId === event);
  const tenantId = textOf((chosen ?? (tenants.length === 1 ? tenants[0] : undefined))?.['tenantId']);
  return tenantId === undefined ? {} : { tenant_id: tenantId };
}

/** Claims of a token that is a JWT; it was just received from who made it, so that its signature says nothing new. */
export function claimsOf(token: string): Config {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}
