import { UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthSubject, Credentials } from '#libs/auth-modes';
import { Catalogue, type Provider } from '#libs/providers';
import { httpOf, openHttp, startUpstream, subjectOf } from '#libs/testing';
import { runPostConnection, runPreDeletion } from './provider-scripts.js';

const http = openHttp({ timeoutMs: 1_000 });
const server = await startUpstream();
afterAll(async () => {
  await http.close();
  await server.close();
});

const credentials: Credentials = { type: 'OAUTH2', access_token: 'at-12345', refresh_token: 'rt-12345', raw: {} };
const subject = (own: Partial<Provider>, config: AuthSubject['connectionConfig'] = {}) =>
  subjectOf({ token_url: `${server.url}/token`, proxy: { base_url: server.url }, ...own }, config);
const run = (script: string, config: AuthSubject['connectionConfig'] = {}, own: Partial<Provider> = {}, given = credentials) =>
  runPostConnection(http, subject({ post_connection_script: script, ...own }, config), given);
const on = (method: string, path: string, body: unknown, status = 200) => server.on(method, path, () => ({ status, body }));
const last = () => server.requests.at(-1)!;

describe('after a connection is made', () => {
  it('nothing is asked where the entry names no script', async () => {
    const before = server.requests.length;
    expect(await runPostConnection(http, subject({}), credentials)).toEqual({});
    expect(server.requests.length).toBe(before);
  });

  it.each<[string, string, string, unknown, Record<string, unknown>]>([
    ['hubspotPostConnection', 'GET', '/account-info/v3/details', { portalId: 42 }, { portalId: 42 }],
    ['linearPostConnection', 'POST', '/graphql', { data: { organization: { id: 'o' } } }, { organizationId: 'o' }],
    ['attioPostConnection', 'GET', '/v2/self', { workspace_id: 'w' }, { workspace_id: 'w' }],
    [
      'calendlyPostConnection',
      'GET',
      '/users/me',
      { resource: { current_organization: 'https://api.calendly.com/organizations/AAA' } },
      { organizationId: 'AAA' },
    ],
    ['gustoPostConnection', 'GET', '/v1/token_info', { resource: { type: 'Company', uuid: 'u' } }, { companyUuid: 'u' }],
    ['gustoPostConnection', 'GET', '/v1/token_info', { resource: { type: 'Employee', uuid: 'u' } }, {}],
    [
      'docusignPostConnection',
      'GET',
      '/oauth/userinfo',
      { accounts: [{ account_id: '1' }, { account_id: '2', is_default: true, base_uri: 'https://eu.docusign.net' }] },
      { account_id: '2', base_uri: 'https://eu.docusign.net' },
    ],
    [
      'snowflakePostConnection',
      'POST',
      '/api/v2/statements',
      { data: [['ORG', 'ACC', 'AWS_EU']] },
      { organization_name: 'ORG', account_name: 'ACC', region: 'AWS_EU' },
    ],
    ['hubspotPostConnection', 'GET', '/account-info/v3/details', {}, {}],
  ])('%s asks %s %s', async (script, method, path, body, expected) => {
    on(method, path, body);
    expect(await run(script)).toEqual(expected);
    expect(last().headers['authorization']).toBe('Bearer at-12345');
  });

  it('googlePostConnection keeps a digest of the account’s address', async () => {
    on('GET', '/gmail/v1/users/me/profile', { emailAddress: 'Ada@Example.com ' });
    on('GET', '/calendar/v3/calendars/primary', { id: 'ada@example.com' });
    const mail = await run('googlePostConnection', {}, { name: 'google-mail' });
    expect(mail['emailAddressHash']).toMatch(/^[0-9a-f]{64}$/);
    expect(await run('googlePostConnection', {}, { name: 'google-calendar' })).toEqual(mail);
  });

  it('mailchimpPostConnection asks the host that gave the token', async () => {
    on('GET', '/oauth2/metadata', { dc: 'us6' });
    expect(
      await run('mailchimpPostConnection', {}, { proxy: { base_url: 'https://${connectionConfig.dc}.api.mailchimp.com' } }),
    ).toEqual({
      dc: 'us6',
    });
    expect(last().headers['authorization']).toBe('OAuth at-12345');
  });

  it('salesforce and zoho are read from what is known', async () => {
    const raw = { id: 'https://login.salesforce.com/id/00D/005' };
    expect(await run('salesforcePostConnection', {}, {}, { ...credentials, raw })).toEqual({
      organizationId: '00D',
      userId: '005',
    });
    expect(await run('salesforcePostConnection')).toEqual({});
    expect(await run('zohoPostConnection', { api_domain: 'https://www.zohoapis.com.au' })).toEqual({ extension: 'com.au' });
    expect(await run('zohoPostConnection', { api_domain: 'https://www.zohoapis.eu', extension: 'in' })).toEqual({});
    expect(await run('zohoPostConnection')).toEqual({});
  });

  describe('jira', () => {
    beforeAll(() => {
      on('GET', '/oauth/token/accessible-resources', [
        { id: 'c1', url: 'https://one.atlassian.net' },
        { id: 'c2', url: 'https://two.atlassian.net' },
      ]);
      on('GET', '/ex/jira/c1/rest/api/3/myself', { accountId: 'a1' });
      on('GET', '/ex/jira/c2/rest/api/3/myself', {}, 403);
      on('GET', '/ex/confluence/c1/wiki/rest/api/user/current', { accountId: 'a1' });
    });

    it('takes the site that was asked for, else the first', async () => {
      const first = { cloudId: 'c1', baseUrl: 'https://one.atlassian.net', accountId: 'a1' };
      expect(await run('jiraPostConnection')).toEqual(first);
      expect(await run('jiraPostConnection', {}, { name: 'confluence' })).toEqual(first);
      const second = { cloudId: 'c2', baseUrl: 'https://two.atlassian.net' };
      expect(await run('jiraPostConnection', { subdomain: 'two' })).toEqual(second);
      expect(await run('jiraPostConnection', { subdomain: 'two.atlassian.net' })).toEqual(second);
    });

    it('says when the site was not chosen', async () => {
      await expect(run('jiraPostConnection', { subdomain: 'three' })).rejects.toThrow('three is none of the chosen sites');
    });
  });

  it('xero takes the organisation that was chosen this time', async () => {
    const given = { ...credentials, access_token: new UnsecuredJWT({ authentication_event_id: 'e2' }).encode() };
    on('GET', '/connections', [
      { authEventId: 'e1', tenantId: 't1' },
      { authEventId: 'e2', tenantId: 't2' },
    ]);
    expect(await run('xeroPostConnection', {}, {}, given)).toEqual({ tenant_id: 't2' });
    expect(await run('xeroPostConnection')).toEqual({});
    on('GET', '/connections', [{ tenantId: 't1' }]);
    expect(await run('xeroPostConnection')).toEqual({ tenant_id: 't1' });
  });

  describe('microsoft', () => {
    beforeAll(() => {
      on('GET', '/v1.0/organization', { value: [{ id: 'tenant-1' }] });
      on('GET', '/v1.0/me/drive', { webUrl: 'https://acme-my.sharepoint.com/personal/ada/Documents' });
      on('GET', '/v1.0/sites/root', { webUrl: 'https://acme.sharepoint.com' });
      on('POST', '/token', { access_token: 'site', expires_in: 3600 });
    });

    it('microsoftTeamsPostConnection finds the directory in the token, or asks', async () => {
      expect(await run('microsoftTeamsPostConnection')).toEqual({ tenantId: 'tenant-1' });
      const given = { ...credentials, access_token: new UnsecuredJWT({ tid: 'tenant-2' }).encode() };
      expect(await run('microsoftTeamsPostConnection', {}, {}, given)).toEqual({ tenantId: 'tenant-2' });
    });

    it.each([
      ['oneDrivePostConnection', 'https://acme-my.sharepoint.com'],
      ['sharepointOnlinePostConnection', 'https://acme.sharepoint.com'],
    ])('%s gets a token for the tenant’s host', async (script, resource) => {
      expect(await run(script)).toMatchObject({
        tenantId: 'tenant-1',
        sharepointAccessToken: { access_token: 'site', resource },
      });
      const form = Object.fromEntries(new URLSearchParams(last().text));
      expect(form).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'rt-12345', scope: `${resource}/.default` });
    });
  });

  it('githubAppOauthPostConnection asks who connected, as the user', async () => {
    on('GET', '/user', { login: 'ada' });
    const app = { type: 'APP', access_token: 'ghs' };
    expect(await run('githubAppOauthPostConnection', { userCredentials: { access_token: 'ghu' } }, {}, app)).toEqual({
      handle: 'ada',
    });
    expect(last().headers['authorization']).toBe('Bearer ghu');
    expect(await run('githubAppOauthPostConnection', {}, {}, app)).toEqual({});
  });

  it('sentryOauthPostConnection tells that the installation is complete, once there is a token', async () => {
    on('PUT', '/0/sentry-app-installations/u-1/', {});
    const config = { 'installation.uuid': 'u-1' };
    expect(await run('sentryOauthPostConnection', config)).toEqual({});
    expect(last()).toMatchObject({ method: 'PUT', json: { status: 'installed' } });
    const before = server.requests.length;
    await run('sentryOauthPostConnection', config, {}, { type: 'OAUTH2', access_token: '' });
    expect(server.requests.length).toBe(before);
  });

  it('a refusal is told without the token', async () => {
    on('GET', '/v2/self', { message: 'token at-12345 lacks a scope' }, 403);
    await expect(run('attioPostConnection')).rejects.toThrow('answered with status 403: token [redacted] lacks a scope');
  });

  it('every script that an entry names exists', async () => {
    const sealed = httpOf({ NANGO_OUTBOUND_URL_POLICY_OAUTH: '{"mode":"allowlist","allowlist":["none.invalid"]}' });
    for (const provider of (await Catalogue.load()).all()) {
      const given = { ...subjectOf({}), provider };
      const problems = await Promise.allSettled([
        runPostConnection(sealed, given, credentials),
        runPreDeletion(sealed, given, credentials),
      ]);
      expect(JSON.stringify(problems), provider.name).not.toContain('there is no script');
    }
    await sealed.close();
    await expect(run('noPostConnection')).rejects.toThrow('there is no script noPostConnection: use one of attioPostConnection');
  });
});

describe('before a connection is deleted', () => {
  const end = (script: string, given = credentials) =>
    runPreDeletion(http, subject({ pre_connection_deletion_script: script }), given);

  it('hubspot takes the refresh token back', async () => {
    on('DELETE', '/oauth/v1/refresh-tokens/rt-12345', undefined, 204);
    await end('hubspotPreConnectionDeletion');
    expect(last()).toMatchObject({ method: 'DELETE', path: '/oauth/v1/refresh-tokens/rt-12345' });
  });

  it('intercom uninstalls, linear revokes', async () => {
    on('POST', '/auth/uninstall', {});
    await end('intercomPreConnectionDeletion');
    expect(last().headers['authorization']).toBe('Bearer at-12345');
    on('POST', '/oauth/revoke', {});
    await end('linearPreConnectionDeletion');
    expect(last().text).toBe('access_token=at-12345');
  });

  it('onelogin revokes in the name of the client', async () => {
    on('POST', '/auth/oauth2/revoke', {});
    await end('oneloginPreConnectionDeletion', { type: 'OAUTH2_CC', token: 'cc-token', client_id: 'id', client_secret: 'hush' });
    expect(last()).toMatchObject({
      json: { access_token: 'cc-token' },
      headers: { authorization: 'client_id:id, client_secret:hush' },
    });
  });

  it('what a provider refuses is told; without a script nothing is asked', async () => {
    on('POST', '/oauth/revoke', { error: 'invalid_token' }, 401);
    await expect(end('linearPreConnectionDeletion')).rejects.toThrow('401: invalid_token');
    await expect(runPreDeletion(http, subject({}), credentials)).resolves.toBeUndefined();
  });
});
