import { afterAll, describe, expect, it } from 'vitest';
import { openHttp, startUpstream } from '#libs/testing';
import { basicHeader } from './client-authentication.js';
import { requestToken, requestTokenFields } from './request-token.js';

const http = openHttp({ timeoutMs: 2_000 });
const provider = await startUpstream();
afterAll(async () => {
  await http.close();
  await provider.close();
});

const refresh = () => ({
  url: `${provider.url}/token`,
  headers: { authorization: basicHeader('id', 'p@ss word') },
  form: { grant_type: 'refresh_token', refresh_token: 'rt-123456', client_secret: 'hush&hush' },
});
const failing = (): Promise<Error> =>
  requestToken(http, refresh(), 'refresh_token_external_error').then(
    () => new Error('no error'),
    (error: Error) => error,
  );

describe('a request for a token', () => {
  it('gives the fields of a success', async () => {
    provider.on('POST', '/token', () => ({ body: { access_token: 'a', expires_in: '3600' } }));
    expect(await requestTokenFields(http, refresh(), 'token_err')).toEqual({ access_token: 'a', expires_in: '3600' });
  });

  it('tells a refusal in the provider’s words, without a secret in any spelling', async () => {
    const description = 'rt-123456 of id:p@ss word is gone; sent hush&hush, hush%26hush\n\nand grant refresh_token';
    provider.on('POST', '/token', () => ({ status: 400, body: { error: 'invalid_grant', error_description: description } }));
    const error = await failing();
    expect(error.message).toBe(
      'The provider did not renew the token: invalid_grant: [redacted] of id:[redacted] is gone; ' +
        'sent [redacted], [redacted] and grant refresh_token',
    );
    expect(error).toMatchObject({
      code: 'refresh_token_external_error',
      payload: { status: 400, code: 'invalid_grant', permanent: true },
    });
  });

  it('quotes no more than is readable, and no page', async () => {
    provider.on('POST', '/token', () => ({ status: 400, body: { error: 'x', message: 'long '.repeat(1000) } }));
    expect((await failing()).message.length).toBeLessThan(600);
    provider.on('POST', '/token', () => ({ status: 502, body: '<html>Bad gateway</html>' }));
    expect((await failing()).message).toBe('The provider did not renew the token: it answered with status 502');
  });

  it('that gets no answer may be made again', async () => {
    provider.on('POST', '/token', () => ({ destroy: true }));
    expect(await failing()).toMatchObject({ code: 'refresh_token_external_error', payload: { permanent: false } });
  });
});
