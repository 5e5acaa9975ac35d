import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const instantly = () => 0;

/**
 * A provider whose refresh tokens work once (RFC 9700 §4.14.2): the one who shows a used one loses the whole grant. It takes its time to
 * answer, so that a caller may be gone by then.
 */
export async function startRotatingProvider() {
  /** Refresh token → its grant. */
  const grants = new Map();
  let latency = instantly;
  let inFlight = 0;
  const events = new EventEmitter();

  const issue = (grant) => {
    grant.accessToken = `at-${randomUUID()}`;
    grant.refreshToken = `rt-${randomUUID()}`;
    grants.set(grant.refreshToken, grant);
    return { access_token: grant.accessToken, refresh_token: grant.refreshToken, token_type: 'bearer', expires_in: 86_400 };
  };

  const refresh = (token) => {
    const grant = grants.get(token);
    if (!grant || grant.revoked) return undefined;
    if (grant.refreshToken !== token) {
      grant.revoked = true;
      return undefined;
    }
    grant.accepted += 1;
    return issue(grant);
  };

  const answer = async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    inFlight += 1;
    events.emit('asked');
    const [before, after] = [latency(), latency()];
    await delay(before);
    const tokens = refresh(new URLSearchParams(body).get('refresh_token'));
    await delay(after);
    inFlight -= 1;
    response.writeHead(tokens ? 200 : 400, { 'content-type': 'application/json' });
    response.end(JSON.stringify(tokens ?? { error: 'invalid_grant' }));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;

  return {
    /** In the format of the provider catalogue. */
    catalogue: {
      'chaos-rotating': {
        display_name: 'Rotating refresh tokens',
        docs: 'https://www.rfc-editor.org/rfc/rfc9700',
        categories: ['other'],
        auth_mode: 'OAUTH2',
        authorization_url: `${url}/authorize`,
        token_url: `${url}/token`,
        proxy: { base_url: url },
      },
    },
    newGrant: () => {
      const grant = { accepted: 0, revoked: false, accessToken: '', refreshToken: '' };
      issue(grant);
      return grant;
    },
    /** @param {() => number} milliseconds before and after the provider makes up its mind */
    setLatency: (milliseconds) => {
      latency = milliseconds;
    },
    isAsked: () => inFlight > 0,
    /** Resolves when it is asked next. */
    asked: () => once(events, 'asked'),
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}
