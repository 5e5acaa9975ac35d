import { describe, expect, it } from 'vitest';
import { failureOf } from './provider-failure.js';

const verdict = (status: number, body: unknown) => {
  const failure = failureOf({ status, body });
  return failure && [failure.code, failure.permanent];
};

describe('an answer', () => {
  it.each([
    { access_token: 'a' },
    { access_token: 'a', error: 'a warning' },
    { ok: true, authed_user: {} },
    { data: { token: 'x' }, error: null },
    { token: 'x', error: '', errors: [] },
    'eyJ.a.b',
  ])('that is a success: %j', (body) => {
    expect(failureOf({ status: 200, body })).toBeNull();
  });

  it.each([
    ['RFC 6749', 400, { error: 'invalid_grant', error_description: 'gone' }, 'invalid_grant', true],
    ['an access token that is not known any more', 401, { error: 'invalid_token' }, 'invalid_token', true],
    ['GitHub', 200, { error: 'bad_refresh_token' }, 'bad_refresh_token', true],
    ['Slack', 200, { ok: false, error: 'token_revoked' }, 'token_revoked', true],
    ['HubSpot', 400, { status: 'BAD_REFRESH_TOKEN', message: 'x' }, 'BAD_REFRESH_TOKEN', true],
    ['Facebook', 400, { error: { message: 'x', type: 'OAuthException', code: 190 } }, '190', true],
    ['a list', 400, [{ error: 'invalid_grant' }], 'invalid_grant', true],
    ['a wrong client', 401, { error: 'invalid_client' }, 'invalid_client', false],
    ['a typo of ours', 400, { error: 'invalid_request' }, 'invalid_request', false],
    ['a server that is ill', 500, { error: 'invalid_grant' }, 'invalid_grant', false],
    ['a limit', 429, { error: 'invalid_grant' }, 'invalid_grant', false],
    ['a page', 502, '<html>', undefined, false],
    ['a redirect that leads nowhere', 302, {}, undefined, false],
    ['a sentence', 400, { error: 'The code is wrong.' }, undefined, false],
  ])('that is a failure: %s', (_what, status, body, code, permanent) => {
    expect(verdict(status, body)).toEqual([code, permanent]);
  });

  it('is explained in the provider’s own words', () => {
    const said = (body: unknown) => failureOf({ status: 400, body })?.description;
    expect(said({ error: 'x', error_description: 'Code expired' })).toBe('Code expired');
    expect(said({ error: { message: 'Nested' } })).toBe('Nested');
    expect(said({ errors: [{ message: 'Listed' }] })).toBe('Listed');
    expect(said('<html>secret</html>')).toBeUndefined();
  });
});
