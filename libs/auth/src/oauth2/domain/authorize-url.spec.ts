import { beforeAll, describe, expect, it } from 'vitest';
import { Catalogue, type Provider } from '#libs/providers';
import { type AuthorizeFacts, authorizeUrl } from './authorize-url.js';

const FACTS: AuthorizeFacts = {
  clientId: 'id',
  callbackUrl: 'https://api.example.com/oauth/callback',
  state: 's1',
  scopes: [],
  connectionConfig: {},
};
const CALLBACK = 'redirect_uri=https%3A%2F%2Fapi.example.com%2Foauth%2Fcallback';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await Catalogue.load();
});

const urlOf = (provider: string, facts: Partial<AuthorizeFacts> = {}) =>
  authorizeUrl(catalogue.get(provider)!, { ...FACTS, ...facts });

describe('the authorize URL', () => {
  it.each([
    [
      'github',
      { scopes: ['repo', 'user'], codeChallenge: 'c' },
      `https://github.com/login/oauth/authorize?response_type=code&client_id=id&${CALLBACK}&scope=repo%20user&state=s1` +
        '&code_challenge=c&code_challenge_method=S256',
    ],
    [
      'google',
      { scopes: ['https://www.googleapis.com/auth/drive'] },
      `https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=id&${CALLBACK}` +
        '&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fdrive&state=s1&access_type=offline&prompt=consent',
    ],
    [
      'slack',
      { scopes: ['chat:write', 'users:read'], userScope: 'search:read' },
      `https://slack.com/oauth/v2/authorize?response_type=code&client_id=id&${CALLBACK}&scope=chat%3Awrite%2Cusers%3Aread` +
        '&state=s1&user_scope=search%3Aread',
    ],
    ['tiktok-ads', {}, `https://business-api.tiktok.com/portal/auth?response_type=code&app_id=id&${CALLBACK}&state=s1`],
    ['monday', {}, `https://auth.monday.com/oauth2/authorize?client_id=id&${CALLBACK}&state=s1&force_install_if_needed=true`],
    [
      'zoho-crm',
      { connectionConfig: { extension: 'eu' } },
      `https://accounts.zoho.eu/oauth/v2/auth?response_type=code&client_id=id&${CALLBACK}&state=s1&prompt=consent&access_type=offline`,
    ],
    [
      'salesforce',
      {},
      `https://login.salesforce.com/services/oauth2/authorize?response_type=code&client_id=id&${CALLBACK}&state=s1&prompt=consent`,
    ],
    [
      'salesforce',
      { connectionConfig: { hostname: 'acme.my.salesforce.com' } },
      `https://acme.my.salesforce.com/services/oauth2/authorize?response_type=code&client_id=id&${CALLBACK}&state=s1&prompt=consent`,
    ],
    [
      'shopify',
      { connectionConfig: { subdomain: 'acme' } },
      `https://acme.myshopify.com/admin/oauth/authorize?response_type=code&client_id=id&${CALLBACK}&state=s1`,
    ],
    ['notion', {}, `https://api.notion.com/v1/oauth/authorize?response_type=code&client_id=id&${CALLBACK}&state=s1&owner=user`],
  ])('of %s with %j', (provider, facts, expected) => {
    expect(urlOf(provider, facts)).toBe(expected);
  });

  it('can be made of every entry with an authorization code, once its values are given', () => {
    const config = new Proxy({}, { get: () => 'value', has: () => true, getOwnPropertyDescriptor: () => DESCRIPTOR });
    for (const provider of catalogue.all()) {
      if (provider.auth_mode !== 'OAUTH2' || provider.installation === 'outbound') continue;
      const url = new URL(authorizeUrl(provider, { ...FACTS, scopes: ['a'], codeChallenge: 'c', connectionConfig: config }));
      expect(`${url.search}${url.hash}`, provider.name).toContain('state=s1');
    }
  });

  it('names what is missing, and how to give it', () => {
    expect(() => urlOf('shopify')).toThrow(
      'authorization_url needs values that were not given: subdomain. Pass them in params, or in the connection_config of the connect',
    );
  });

  it('does not let a value lead to another host', () => {
    expect(() => urlOf('shopify', { connectionConfig: { subdomain: 'evil.com/' } })).toThrow('check subdomain');
    expect(() => urlOf('shopify', { connectionConfig: { subdomain: 'a@evil.com#' } })).toThrow('check subdomain');
  });

  it('takes parameters of the request over those of the catalogue, and takes away what says undefined', () => {
    const url = urlOf('google', {
      authorizationParams: { prompt: 'none', access_type: 'undefined', scope: 'mine', hd: 'a.com' },
    });
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({ prompt: 'none', scope: 'mine', hd: 'a.com' });
    expect(url).not.toContain('access_type');
  });
});

describe('what entries ask for beyond the standard', () => {
  const of = (entry: Partial<Provider>, facts: Partial<AuthorizeFacts> = {}) =>
    authorizeUrl({ authorization_url: 'https://a.example.com/auth', ...entry }, { ...FACTS, callbackUrl: 'x', ...facts });

  it('keeps the query of the template', () => {
    expect(of({ authorization_url: 'https://a.example.com/auth?tenant=1&client_id=old' })).toBe(
      'https://a.example.com/auth?tenant=1&client_id=id&response_type=code&redirect_uri=x&state=s1',
    );
  });

  it('fills parameters, and leaves optional ones out', () => {
    const params = { authorization_params: { team: '${connectionConfig.team}' } };
    const optional = { connection_config: { team: { type: 'string', title: '', description: '', optional: true } } } as const;
    expect(of(params, { connectionConfig: { team: 't 1' } })).toContain('&team=t%201');
    expect(of({ ...params, ...optional })).not.toContain('team');
    expect(() => of(params)).toThrow('authorization_params.team needs values that were not given: team');
  });

  it('writes scopes as they are where the entry says so, with its separator', () => {
    const entry = { authorization_url_skip_encode: ['scopes' as const], scope_separator: '+' };
    expect(of(entry, { scopes: ['a:b', 'c'] })).toContain('&scope=a:b+c&');
    expect(of({ scope_separator: '+' }, { scopes: ['a:b', 'c'] })).toContain('&scope=a%3Ab%2Bc&');
  });

  it('fills addresses without encoding where the entry says so', () => {
    const url = 'https://${connectionConfig.host}/auth';
    const facts = { connectionConfig: { host: 'a.com/tenant' } };
    expect(of({ authorization_url: url, authorization_url_skip_encode: ['base_url'] }, facts)).toMatch(
      /^https:\/\/a\.com\/tenant\/auth\?/,
    );
  });

  it('lets a value be a whole origin or name a port', () => {
    const at = (authorization_url: string, host: string) =>
      of({ authorization_url }, { connectionConfig: { host } }).split('?')[0];
    expect(at('${connectionConfig.host}/auth', 'https://accounts.zoho.eu')).toBe('https://accounts.zoho.eu/auth');
    expect(at('https://${connectionConfig.host}/auth', 'https://git.acme.com')).toBe('https://git.acme.com/auth');
    expect(at('https://${connectionConfig.host}/auth', 'git.acme.com:8443')).toBe('https://git.acme.com:8443/auth');
  });

  it('moves the query behind a fragment, replaces names, drops what is empty: in this order', () => {
    const entry = {
      authorization_url_fragment: '/oauth',
      authorization_url_replacements: { client_id: 'appKey', response_type: '', state: 'customField' },
      authorization_url_skip_empty: true,
      authorization_params: { empty: '' },
    };
    expect(of(entry)).toBe('https://a.example.com/auth#/oauth?appKey=id&redirect_uri=x&customField=s1');
    expect(of({ ...entry, authorization_url_skip_empty: false })).toContain('&empty=');
  });
});

const DESCRIPTOR = { value: 'value', configurable: true, enumerable: true };
