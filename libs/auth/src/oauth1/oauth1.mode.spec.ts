import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FinishRequest } from '#libs/auth-modes';
import type { Provider } from '#libs/providers';
import { oauth1Header } from '#libs/signing';
import { openHttp, startUpstream, subjectOf, type Upstream } from '#libs/testing';
import { OAuth1Mode } from './oauth1.mode.js';

const http = openHttp({ timeoutMs: 1_000 });
const mode = new OAuth1Mode(http);
let server: Upstream;
beforeAll(async () => {
  server = await startUpstream();
  server.on('POST', '/request', () => ({ body: 'oauth_token=req&oauth_token_secret=req-secret&oauth_callback_confirmed=true' }));
  server.on('POST', '/access', () => ({ body: 'oauth_token=acc&oauth_token_secret=acc-secret&user_id=7' }));
});
afterAll(async () => {
  await http.close();
  await server.close();
});

const subject = (own: Partial<Provider> = {}) =>
  subjectOf({
    auth_mode: 'OAUTH1',
    request_url: `${server.url}/request`,
    authorization_url: `${server.url}/authorize?perms=1`,
    token_url: `${server.url}/access`,
    ...own,
  });
const BEGIN = { callbackUrl: 'https://app/cb', state: 's-1', clientName: 'Acme' };
const back = (own: Partial<FinishRequest> = {}): FinishRequest => ({
  callbackUrl: 'https://app/cb',
  memory: { requestToken: 'req', requestTokenSecret: 'req-secret' },
  query: { oauth_token: 'req', oauth_verifier: 'ver', state: 's-1' },
  ...own,
});

/** Fields of the header that came in, and whether whoever has these secrets would have signed the same. */
function seen(secrets: { consumer: string; token?: string }) {
  const { headers, method, path, query } = server.requests.at(-1)!;
  const fields = Object.fromEntries(
    [...headers['authorization']!.matchAll(/(oauth_\w+)="([^"]*)"/g)].map(([, name, value]) => [
      name!,
      decodeURIComponent(value!),
    ]),
  );
  const { oauth_nonce, oauth_timestamp, oauth_callback, oauth_verifier, oauth_token, oauth_signature_method } = fields;
  const expected = oauth1Header({
    method,
    url: `${server.url}${path}${Object.keys(query).length > 0 ? `?${new URLSearchParams(query).toString()}` : ''}`,
    consumer: { key: 'client-id', secret: secrets.consumer },
    token: secrets.token === undefined ? undefined : { key: oauth_token!, secret: secrets.token },
    signatureMethod: oauth_signature_method as 'HMAC-SHA1',
    extraParams: { oauth_callback, oauth_verifier },
    nonce: oauth_nonce,
    timestamp: Number(oauth_timestamp),
  });
  return { fields, isSigned: expected.includes(encodeURIComponent(fields['oauth_signature']!)), query };
}

describe('OAuth 1', () => {
  it('asks for a request token, signed, with our state in the callback, and sends the browser on with it', async () => {
    const { url, memory } = await mode.begin(
      subject({ authorization_params: { expiration: 'never' }, request_params: { x: 'a b' } }),
      BEGIN,
    );
    const { fields, isSigned, query } = seen({ consumer: 'secret-of-client' });
    expect(isSigned).toBe(true);
    expect(fields).toMatchObject({ oauth_callback: 'https://app/cb?state=s-1', oauth_signature_method: 'HMAC-SHA1' });
    expect(query).toEqual({ x: 'a b' });
    expect(memory).toEqual({ requestToken: 'req', requestTokenSecret: 'req-secret' });
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      perms: '1',
      oauth_token: 'req',
      scope: 'read write',
      expiration: 'never',
      oauth_callback: 'https://app/cb?state=s-1',
    });
  });

  it('trades verifier and request token for an access token', async () => {
    const minted = await mode.finish(subject({ token_response_metadata: ['user_id'] }), back());
    const { fields, isSigned } = seen({ consumer: 'secret-of-client', token: 'req-secret' });
    expect(isSigned).toBe(true);
    expect(fields).toMatchObject({ oauth_token: 'req', oauth_verifier: 'ver' });
    expect(minted).toEqual({
      credentials: {
        type: 'OAUTH1',
        oauth_token: 'acc',
        oauth_token_secret: 'acc-secret',
        raw: { oauth_token: 'acc', oauth_token_secret: 'acc-secret', user_id: '7' },
      },
      connectionConfig: { user_id: '7' },
    });
  });

  it('signs in plain text, and by GET, where the catalogue says so', async () => {
    server.on('GET', '/request', () => ({ body: 'oauth_token=req&oauth_token_secret=x' }));
    await mode.begin(subject({ signature_method: 'PLAINTEXT', request_http_method: 'GET' }), BEGIN);
    expect(seen({ consumer: 'secret-of-client' })).toMatchObject({
      isSigned: true,
      fields: { oauth_signature: 'secret-of-client&', oauth_signature_method: 'PLAINTEXT' },
    });
  });

  it('ends where the user says no, or comes back from elsewhere', async () => {
    const finish = (query: Record<string, string>) => mode.finish(subject(), back({ query }));
    await expect(finish({ denied: 'req' })).rejects.toMatchObject({
      code: 'callback_err',
      message: expect.stringContaining('denied') as string,
    });
    await expect(finish({ oauth_token: 'other', oauth_verifier: 'v' })).rejects.toMatchObject({ code: 'callback_err' });
    await expect(mode.finish(subject(), back({ memory: {} }))).rejects.toMatchObject({ code: 'state_err' });
  });

  it('tells refusals without a secret', async () => {
    server.on('POST', '/access', () => ({ status: 401, body: { error: 'no', message: 'bad signature of secret-of-client' } }));
    await expect(mode.finish(subject(), back())).rejects.toMatchObject({
      code: 'token_err',
      message: 'The provider gave no token: no: bad signature of [redacted]',
    });
    server.on('POST', '/access', () => ({ body: 'oauth_problem=token_rejected' }));
    await expect(mode.finish(subject(), back())).rejects.toThrow('token_rejected');
  });
});
