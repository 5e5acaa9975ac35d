import { generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthSubject, FinishRequest } from '#libs/auth-modes';
import type { Provider } from '#libs/providers';
import { openHttp, startUpstream, subjectOf, type Upstream } from '#libs/testing';
import { AppMode } from './app.mode.js';
import { CustomMode } from './custom.mode.js';
import { renewAppJwt } from './installation.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const http = openHttp({ timeoutMs: 1_000 });
const app = new AppMode(http);
const custom = new CustomMode(http);
let server: Upstream;
beforeAll(async () => {
  server = await startUpstream();
  server.on('POST', '/installations/42', () => ({ status: 201, body: { token: 'ghs_1', expires_at: '2027-01-01T00:00:00Z' } }));
  server.on('GET', '/api/user/installations', () => ({ body: { total_count: 1, installations: [{ id: 42 }] } }));
  server.on('POST', '/oauth', () => ({ body: { access_token: 'ghu_1', refresh_token: 'ghr_1', expires_in: 28_800 } }));
});
afterAll(async () => {
  await http.close();
  await server.close();
});

const subject = (
  config: AuthSubject['connectionConfig'] = {},
  own: Record<string, string> = {},
  provider: Partial<Provider> = {},
) =>
  subjectOf(
    {
      authorization_url: '${connectionConfig.appPublicLink}/installations/new',
      proxy: { base_url: `${server.url}/api/` },
      token_url: { OAUTH2: `${server.url}/oauth`, APP: `${server.url}/installations/\${connectionConfig.installation_id}` },
      ...provider,
    },
    config,
    {
      credentials: {
        type: 'CUSTOM',
        app_id: '7',
        private_key: PEM,
        app_link: 'https://github.com/apps/acme/',
        client_id: 'cid',
        client_secret: 'csecret',
        ...own,
      },
    },
  );
const back = (query: Record<string, string>): FinishRequest => ({ callbackUrl: 'https://app/cb', memory: {}, query });
const BEGIN = { callbackUrl: 'https://app/cb', state: 's', clientName: 'Acme' };
const INSTALLED = back({ installation_id: '42', setup_action: 'install' });

describe('a GitHub App', () => {
  it('is installed at its public page', async () => {
    expect(await app.begin(subject(), BEGIN)).toEqual({
      url: 'https://github.com/apps/acme/installations/new?state=s',
      memory: {},
    });
  });

  it.each([
    ['PEM', PEM],
    ['base64 of PEM', Buffer.from(PEM).toString('base64')],
    ['PEM on one line', PEM.replaceAll('\n', String.raw`\n`)],
    ['PKCS 8', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
  ])('proves itself with a key given as %s', async (_form, key) => {
    const minted = await app.finish(subject({}, { private_key: key }), INSTALLED);
    const { headers } = server.requests.at(-1)!;
    const jwt = headers['authorization']!.replace('Bearer ', '');
    const { payload, protectedHeader } = await jwtVerify(jwt, publicKey);
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload.iss).toBe('7');
    expect(payload.exp! - payload.iat!).toBe(600);
    expect(payload.exp! * 1000).toBeLessThan(Date.now() + 600_000);
    expect(headers.accept).toBe('application/vnd.github.v3+json');
    expect(minted).toEqual({
      credentials: {
        type: 'APP',
        access_token: 'ghs_1',
        expires_at: '2027-01-01T00:00:00.000Z',
        raw: { token: 'ghs_1', expires_at: '2027-01-01T00:00:00Z' },
        jwtToken: jwt,
      },
      connectionConfig: { jwtToken: jwt, app_id: '7', installation_id: '42' },
    });
  });

  it('says which setting is wrong, and nothing of its value', async () => {
    await expect(app.finish(subject({}, { private_key: 'sesame-open' }), INSTALLED)).rejects.toMatchObject({
      code: 'provider_config_err',
      message: "the private_key of the integration test must be the App's RSA key, in PEM",
    });
    await expect(app.begin(subject({}, { app_link: '' }), BEGIN)).rejects.toMatchObject({ code: 'provider_config_err' });
  });

  it('waits for nobody’s approval', async () => {
    const asked = back({ setup_action: 'request' });
    await expect(app.finish(subject(), asked)).rejects.toMatchObject({ code: 'callback_err' });
    await expect(app.finish(subject(), back({}))).rejects.toThrow('it came back without installation_id');
    await expect(app.finish(subject(), back({ error: 'access_denied' }))).rejects.toThrow('access_denied');
  });

  it('renews its token by its installation', async () => {
    const old = { type: 'APP', access_token: 'old' };
    expect((await app.refresh(subject({ installation_id: '42' }), old))?.credentials['access_token']).toBe('ghs_1');
    expect(app.isRenewable(subject())).toBe(false);
    expect(await app.refresh(subject(), old)).toBeNull();
  });

  it('is told when it was uninstalled', async () => {
    server.on('POST', '/installations/9', () => ({ status: 404, body: { message: 'Not Found' } }));
    await expect(app.refresh(subject({ installation_id: '9' }), { type: 'APP' })).rejects.toMatchObject({
      code: 'refresh_token_external_error',
      payload: { status: 404, permanent: true },
    });
  });

  it('renews its own proof without the token', async () => {
    const { credentials, connectionConfig } = await renewAppJwt(subject(), {
      type: 'APP',
      access_token: 'kept',
      jwtToken: 'old',
    });
    expect(credentials['access_token']).toBe('kept');
    expect((await jwtVerify(String(credentials['jwtToken']), publicKey)).payload.iss).toBe('7');
    expect(connectionConfig).toEqual({ jwtToken: credentials['jwtToken'] });
  });
});

describe('a GitHub App that acts for users', () => {
  it('has the installation’s token, and the user’s in its configuration', async () => {
    const minted = await custom.finish(subject(), back({ code: 'c', installation_id: '42' }));
    expect(minted).toMatchObject({
      credentials: { type: 'APP', access_token: 'ghs_1' },
      connectionConfig: {
        installation_id: '42',
        app_id: '7',
        pending: undefined,
        userCredentials: { type: 'OAUTH2', access_token: 'ghu_1', refresh_token: 'ghr_1' },
      },
    });
  });

  it('looks through all the user’s installations, and takes none of somebody else', async () => {
    const others = Array.from({ length: 100 }, (_, id) => ({ id: 1_000 + id }));
    const pages = [others, [{ id: 42 }]];
    server.on('GET', '/api/user/installations', ({ query }) => ({
      body: { installations: pages[Number(query['page']) - 1] ?? [] },
    }));
    expect(await custom.finish(subject(), back({ code: 'c', installation_id: '42' }))).toMatchObject({
      credentials: { type: 'APP' },
    });
    const minted = server.requests.filter(({ path }) => path === '/installations/42').length;
    pages[1] = [{ id: 43 }];
    const asked = custom.finish(subject(), back({ code: 'c', installation_id: '42' }));
    await expect(asked).rejects.toMatchObject({ code: 'callback_err', message: expect.stringContaining('installation 42') });
    pages.splice(0, 2, ...Array.from({ length: 30 }, () => others));
    await expect(custom.finish(subject(), back({ code: 'c', installation_id: '42' }))).rejects.toMatchObject({
      code: 'callback_err',
    });
    expect(server.requests.filter(({ path }) => path === '/installations/42')).toHaveLength(minted);
    server.on('GET', '/api/user/installations', () => ({ status: 403, body: { message: 'no' } }));
    await expect(custom.finish(subject(), back({ code: 'c', installation_id: '42' }))).rejects.toMatchObject({
      code: 'token_err',
    });
    server.on('GET', '/api/user/installations', () => ({ body: { installations: [{ id: 42 }] } }));
  });

  it('is pending with the user’s token until it is installed', async () => {
    const minted = await custom.finish(subject(), back({ code: 'c', setup_action: 'request' }));
    expect(minted).toMatchObject({
      credentials: { type: 'OAUTH2', access_token: 'ghu_1' },
      connectionConfig: { pending: true, app_id: '7' },
    });
    const form = Object.fromEntries(new URLSearchParams(server.requests.at(-1)!.text));
    expect(form).toMatchObject({ client_id: 'cid', client_secret: 'csecret', code: 'c' });
  });

  it('takes no installation whose user it does not know, unless the customer vouches for it', async () => {
    const asked = custom.finish(subject(), INSTALLED);
    await expect(asked).rejects.toMatchObject({ code: 'callback_err', message: expect.stringContaining('user authorization') });
    expect(await custom.finish(subject(), { ...INSTALLED, isVouchedFor: true })).toMatchObject({ credentials: { type: 'APP' } });
    await expect(custom.finish(subject(), back({ error: 'access_denied', installation_id: '42' }))).rejects.toMatchObject({
      code: 'callback_err',
    });
  });

  const due = (refresh_token: string) => ({
    installation_id: '42',
    userCredentials: { type: 'OAUTH2', access_token: 'old', refresh_token, expires_at: new Date().toISOString() },
  });

  it('renews the user’s token along with its own, when that is due', async () => {
    const old = { type: 'APP', access_token: 'old' };
    expect(await custom.refresh(subject(due('ghr_0')), old)).toMatchObject({
      credentials: { access_token: 'ghs_1' },
      connectionConfig: { userCredentials: { access_token: 'ghu_1' } },
    });
    server.on('POST', '/oauth', () => ({ body: { error: 'bad_refresh_token' } }));
    const renewed = await custom.refresh(subject(due('ghr_0')), old);
    expect(renewed).toMatchObject({ credentials: { access_token: 'ghs_1' } });
    expect(renewed?.connectionConfig).not.toHaveProperty('userCredentials');
    await expect(custom.refresh(subject(), { type: 'OAUTH2', refresh_token: 'x' })).rejects.toMatchObject({
      payload: { permanent: true },
    });
  });
});
