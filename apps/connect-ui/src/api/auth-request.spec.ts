import { describe, expect, it } from 'vitest';
import { authRequest, needsPopup, type Submission } from './auth-request.js';

const given: Submission = { params: { subdomain: 'acme' }, credentials: { a: '1' }, assertionOption: {} };
const request = (mode: string, installation?: string, submission = given) =>
  authRequest('my key', mode, installation, submission);

describe('a mode without a popup posts to its endpoint', () => {
  it.each([
    ['API_KEY', '/api-auth/api-key/my%20key', { a: '1' }],
    ['BASIC', '/api-auth/basic/my%20key', { a: '1' }],
    ['OAUTH2_CC', '/oauth2/auth/my%20key', { a: '1' }],
    ['TBA', '/auth/tba/my%20key', { a: '1' }],
    ['JWT', '/auth/jwt/my%20key', { a: '1', type: 'JWT' }],
    ['TWO_STEP', '/auth/two-step/my%20key', { a: '1', type: 'TWO_STEP' }],
    ['SIGNATURE', '/auth/signature/my%20key', { a: '1', type: 'SIGNATURE' }],
    ['BILL', '/auth/bill/my%20key', { a: '1' }],
    ['AWS_SIGV4', '/auth/aws-sigv4/my%20key', { a: '1' }],
    ['NONE', '/auth/unauthenticated/my%20key', undefined],
  ])('%s', (mode, path, body) => {
    const made = request(mode);
    expect(made).toMatchObject({ way: 'post', path });
    expect(made && 'body' in made ? made.body : undefined).toEqual(body);
    expect(made?.query.get('params[subdomain]')).toBe('acme');
  });

  it('an installation that the provider completes', () => {
    expect(request('OAUTH2', 'outbound')).toMatchObject({ way: 'post', path: '/auth/oauth-outbound/my%20key' });
    expect(needsPopup('OAUTH2', 'outbound')).toBe(false);
  });

  it('sends assertion options apart, and only with two steps', () => {
    const submission = { ...given, assertionOption: { entity: 'x' } };
    expect(request('TWO_STEP', undefined, submission)).toMatchObject({ body: { assertionOption: { entity: 'x' } } });
    expect(request('JWT', undefined, submission)).not.toHaveProperty('body.assertionOption');
  });
});

it.each(['OAUTH1', 'OAUTH2', 'APP', 'CUSTOM', 'MCP_OAUTH2', 'MCP_OAUTH2_GENERIC', 'INSTALL_PLUGIN'])(
  '%s goes by a popup',
  (mode) => {
    const made = request(mode, undefined, { ...given, credentials: { oauth_client_id_override: 'mine' } });
    expect(made).toMatchObject({ way: 'popup', path: '/oauth/connect/my%20key' });
    expect(String(made?.query)).toBe('params%5Bsubdomain%5D=acme&credentials%5Boauth_client_id_override%5D=mine');
    expect(needsPopup(mode)).toBe(true);
  },
);

it('a mode it does not know makes no request', () => {
  expect(request('TELEPATHY')).toBeUndefined();
});
