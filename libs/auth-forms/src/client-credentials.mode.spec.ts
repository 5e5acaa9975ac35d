import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '#libs/providers';
import { AUTHORITY, CLIENT, openHttp, SERVER, startUpstream, subjectOf } from '#libs/testing';
import { mintedModes } from './minted-modes.js';
import { errorOf, ODD_ANSWERS, type Reply } from './test-minted.js';

const http = openHttp({ timeoutMs: 2_000 });
const mode = mintedModes(http).OAUTH2_CC;
const server = await startUpstream();
afterAll(async () => {
  await http.close();
  await server.close();
});

const GIVEN = { client_id: 'id', client_secret: 's3cret&more' };
type Config = Parameters<typeof subjectOf>[1];
type Integration = Parameters<typeof subjectOf>[2];
const subject = (own: Partial<Provider> = {}, config?: Config, integration?: Integration) =>
  subjectOf({ auth_mode: 'OAUTH2_CC', token_url: `${server.url}/token`, ...own }, config, { credentials: null, ...integration });
const answer = (reply: Reply) => server.on('POST', '/token', () => reply);
const OK = { body: { access_token: 'token-1', expires_in: 3600, scope: 'x' } };
const sent = () => {
  const { text, headers, query, json } = server.requests.at(-1)!;
  return { form: Object.fromEntries(new URLSearchParams(text)), authorization: headers['authorization'], query, json };
};
const sentBy = async (own: Partial<Provider>, given: object = GIVEN, config?: Config, integration?: Integration) => {
  answer(OK);
  await mode.mint(subject(own, config, integration), { ...given });
  return sent();
};

describe('a client that asks for itself', () => {
  it('gets a token, which is kept with what it takes to get the next', async () => {
    answer(OK);
    const before = Date.now();
    const { credentials, connectionConfig } = await mode.mint(subject(), GIVEN);
    expect(credentials).toEqual({
      type: 'OAUTH2_CC',
      token: 'token-1',
      expires_at: expect.any(String) as string,
      ...GIVEN,
      raw: OK.body,
    });
    expect(Date.parse(String(credentials['expires_at'])) - before).toBeCloseTo(3_600_000, -4);
    expect(connectionConfig).toEqual({});
    expect(sent().form).toEqual({ ...GIVEN, grant_type: 'client_credentials' });
  });

  it('proves itself as the provider wants it, in one place', async () => {
    const basic = await sentBy({ token_request_auth_method: 'basic' });
    expect(basic).toMatchObject({
      authorization: `Basic ${Buffer.from('id:s3cret&more').toString('base64')}`,
      form: { grant_type: 'client_credentials' },
    });
    expect(basic.form).not.toHaveProperty('client_secret');
    expect((await sentBy({ token_request_auth_method: 'custom' })).form).toEqual({
      username: 'id',
      password: 's3cret&more',
      grant_type: 'client_credentials',
    });
  });

  it('writes its request as the provider reads it', async () => {
    const fields = { ...GIVEN, grant_type: 'client_credentials' };
    expect((await sentBy({ body_format: 'json' })).json).toEqual(fields);
    expect((await sentBy({ body_format: 'query' })).query).toEqual(fields);
  });

  it('sends the parameters of the catalogue, and those of the connection instead', async () => {
    const params = {
      grant_type: 'account_credentials',
      account: '${connectionConfig.acc}',
      gone: '${connectionConfig.no}',
      a: '1',
    };
    const config = { acc: 'A1', authorization_params: { a: '2', grant_type: 'other', b: 'undefined', n: 3 } };
    expect((await sentBy({ token_params: params }, GIVEN, config)).form).toEqual({
      ...GIVEN,
      grant_type: 'other',
      account: 'A1',
      a: '2',
      n: '3',
    });
  });

  it('asks for the scopes of the connection, else of the integration, else of the catalogue', async () => {
    const credentials = { type: 'OAUTH2_CC', scopes: 'c,d' };
    const scopes = async (config: Config, integration?: Integration) =>
      (await sentBy({ scope_separator: '+', default_scopes: ['e'] }, GIVEN, config, integration)).form['scope'];
    expect(await scopes({ oauth_scopes: 'a,b' }, { credentials })).toBe('a+b');
    expect(await scopes({ oauth_scopes_override: ['a'] }, { credentials })).toBe('a');
    expect(await scopes({}, { credentials })).toBe('c+d');
    expect(await scopes({})).toBe('e');
    expect((await sentBy({})).form).not.toHaveProperty('scope');
  });

  it('keeps what the answer says of the connection, the first time', async () => {
    answer({ body: { ...OK.body, instance_url: 'https://x' } });
    const provider = { token_response_metadata: ['instance_url', 'absent'] };
    const minted = await mode.mint(subject(provider), GIVEN);
    expect(minted.connectionConfig).toEqual({ instance_url: 'https://x' });
    expect(await mode.refresh(subject(provider), minted.credentials)).not.toHaveProperty('connectionConfig');
  });
});

describe('a client with a private key', () => {
  const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  it.each([
    ['RSA as JWK', 'RS256', 'k1', rsa.publicKey, JSON.stringify({ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'k1' })],
    ['RSA as PEM', 'RS256', undefined, rsa.publicKey, pem(rsa.privateKey).replaceAll('\n', String.raw`\n`)],
    ['EC as PEM', 'ES256', undefined, ec.publicKey, pem(ec.privateKey)],
    ['EC as JWK', 'ES256', 'k2', ec.publicKey, JSON.stringify({ ...ec.privateKey.export({ format: 'jwk' }), kid: 'k2' })],
  ])('proves itself by a signature: %s', async (_what, alg, kid, publicKey, privateKey) => {
    const given = { client_id: 'id', client_private_key: privateKey };
    const { form } = await sentBy({ token_request_auth_method: 'private_key_jwt' }, given);
    expect(form).toMatchObject({ client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' });
    expect(JSON.stringify(form)).not.toContain('PRIVATE');
    const url = `${server.url}/token`;
    const options = { issuer: 'id', subject: 'id', audience: url, algorithms: [alg] };
    const { payload, protectedHeader } = await jwtVerify(form['client_assertion']!, publicKey, options);
    expect(protectedHeader.kid).toBe(kid);
    expect([payload.exp! - payload.iat!, typeof payload.jti]).toEqual([300, 'string']);
  });

  it('keeps the key, and needs no secret', async () => {
    answer(OK);
    const given = { client_id: 'id', client_private_key: pem(ec.privateKey) };
    const { credentials } = await mode.mint(subject({ token_request_auth_method: 'private_key_jwt' }), given);
    expect(credentials).toMatchObject({ ...given, client_secret: '' });
    expect(mode.isRenewable(subject(), credentials)).toBe(true);
  });

  it('is refused when it is none, and nothing of it is quoted', async () => {
    const given = { client_id: 'id', client_private_key: '{"d":"hush' };
    const error = await errorOf(mode.mint(subject({ token_request_auth_method: 'private_key_jwt' }), given));
    expect(error).toMatchObject({ code: 'invalid_credentials', status: 400 });
    expect(error.message).not.toContain('hush');
  });
});

describe('what was typed', () => {
  it.each([
    [{ client_secret: 'x' }, 'client_id'],
    [{ client_id: '', client_secret: 'x' }, 'client_id'],
    [{ client_id: 'id' }, 'client_secret'],
  ])('%j lacks something, which is named', async (given, name) => {
    expect(await errorOf(mode.mint(subject(), given))).toMatchObject({ code: 'invalid_body', issues: [{ path: [name] }] });
  });

  it('must be as the catalogue wants it, and give the address of the token', async () => {
    const field = { type: 'string', title: 't', description: 'd', pattern: '^[0-9]+$' } as const;
    const error = await errorOf(mode.mint(subject({ credentials: { client_id: field } }), GIVEN));
    expect(error).toMatchObject({ code: 'invalid_body', issues: [{ path: ['client_id'] }] });
    const elsewhere = subject({ token_url: 'https://${connectionConfig.host}/token' });
    expect(await errorOf(mode.mint(elsewhere, GIVEN))).toMatchObject({ code: 'url_param_err' });
  });
});

describe('an answer', () => {
  it.each(ODD_ANSWERS)('%s', async (_what, reply, mintError, refreshError) => {
    answer(reply);
    expect(await errorOf(mode.mint(subject(), GIVEN))).toMatchObject(mintError);
    expect(await errorOf(mode.refresh(subject(), { type: 'OAUTH2_CC', ...GIVEN }))).toMatchObject(refreshError);
  });

  it('that quotes the secret is told without it', async () => {
    answer({ status: 401, body: { error: 'invalid_client', error_description: 'id with s3cret&more is unknown' } });
    const { message } = await errorOf(mode.mint(subject(), GIVEN));
    expect(message).toBe('The provider refused the credentials: invalid_client: id with [redacted] is unknown');
  });
});

describe('renewing', () => {
  it('is the same call again', async () => {
    answer(OK);
    const { credentials } = await mode.mint(subject(), GIVEN);
    const first = sent();
    answer({ body: { access_token: 'token-2', expires_in: 60 } });
    const renewed = await mode.refresh(subject(), credentials);
    expect(sent()).toEqual(first);
    expect(renewed?.credentials).toMatchObject({ ...GIVEN, token: 'token-2', raw: { access_token: 'token-2' } });
  });

  it('takes what a client has to have', () => {
    expect(mode.isRenewable(subject(), { type: 'OAUTH2_CC', ...GIVEN })).toBe(true);
    expect(mode.isRenewable(subject(), { type: 'OAUTH2_CC', client_id: 'id', client_secret: '' })).toBe(false);
  });
});

describe('a client with a certificate', () => {
  const authorities = getCACertificates('default');
  const secure = createServer(
    { cert: SERVER.certificate, key: SERVER.privateKey, ca: AUTHORITY, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      const isKnown = socket.authorized && socket.getPeerCertificate().subject.CN === 'client';
      response.writeHead(isKnown ? 200 : 401).end(JSON.stringify(isKnown ? OK.body : { error: 'no_certificate' }));
    },
  );
  beforeAll(() => once(secure.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => {
    setDefaultCACertificates(authorities);
    secure.close().closeAllConnections();
  });
  const mutual = () => subject({ token_url: `https://127.0.0.1:${(secure.address() as AddressInfo).port}/token` });
  const given = { ...GIVEN, client_certificate: CLIENT.certificate, client_private_key: CLIENT.privateKey };

  it('shows it, and keeps it', async () => {
    setDefaultCACertificates([...authorities, AUTHORITY]);
    const { credentials } = await mode.mint(mutual(), given);
    expect(credentials).toMatchObject({ ...given, token: 'token-1' });
    expect((await mode.refresh(mutual(), credentials))?.credentials).toMatchObject({ token: 'token-1' });
    expect(await errorOf(mode.mint(mutual(), GIVEN))).toMatchObject({ code: 'invalid_credentials' });
  });

  it('shows it to no server whose own certificate nobody vouches for', async () => {
    setDefaultCACertificates(authorities);
    const error = await errorOf(mode.mint(mutual(), given));
    expect(error).toMatchObject({ code: 'token_err' });
    expect(error.message).toMatch(/certificate/);
  });

  it('is refused when certificate and key do not belong together', async () => {
    const error = await errorOf(mode.mint(mutual(), { ...given, client_private_key: SERVER.privateKey }));
    expect(error).toMatchObject({ code: 'invalid_body', issues: [{ path: ['client_private_key'] }] });
  });
});
