import { randomUUID } from 'node:crypto';
import { consentPage, withQuery } from '../page.mjs';
import { redirect } from '../router.mjs';
import { isSigned, Nonces, oauthHeader } from './oauth1-signature.mjs';

const form = (answer, status = 200) => ({
  status,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: String(new URLSearchParams(answer)),
});

/** OAuth 1.0a with HMAC-SHA1 (`/oauth1/*`, API `/api/oauth1/*`), and a token-based API with HMAC-SHA256 (`/api/tba/*`). */
export class OAuth1Server {
  #requests = new Map();
  #access = new Map();
  #nonces = new Nonces();

  constructor({ ledger, tokens, people }) {
    Object.assign(this, { ledger, tokens, app: people.apps.oauth1, netsuite: people.apps.netsuite, tba: people.users.tba });
  }

  register(router, api) {
    router.on('POST', '/oauth1/request', (call) => this.#request(call));
    router.on('GET', '/oauth1/authorize', ({ query }) => consentPage('OAuth 1 farm', '/oauth1/decision', query));
    router.on('POST', '/oauth1/decision', (call) => this.#decide(call));
    router.on('POST', '/oauth1/access', (call) => this.#exchange(call));
    api.accept('oauth1', (call) => this.#holder(call));
    api.accept('tba', (call) => this.#tbaHolder(call));
  }

  #request(call) {
    const header = oauthHeader(call) ?? {};
    const callback = header.oauth_callback ?? call.form.oauth_callback;
    if (!this.#isApp(call, header) || !callback) return form({ oauth_problem: 'signature_invalid' }, 401);
    const token = `request-${randomUUID()}`;
    const secret = this.ledger.issue('request-secret');
    this.#requests.set(token, { secret, callback });
    return form({ oauth_token: token, oauth_token_secret: secret, oauth_callback_confirmed: 'true' });
  }

  #decide({ form: { oauth_token, decision } }) {
    const request = this.#requests.get(oauth_token);
    if (!request) return { status: 400, body: '<h1>unknown request token</h1>' };
    if (decision !== 'approve') return redirect(withQuery(request.callback, { denied: oauth_token }));
    request.verifier = this.ledger.issue('verifier');
    return redirect(withQuery(request.callback, { oauth_token, oauth_verifier: request.verifier }));
  }

  #exchange(call) {
    const header = oauthHeader(call) ?? {};
    const request = this.#requests.get(header.oauth_token);
    const verifier = header.oauth_verifier ?? call.form.oauth_verifier;
    if (!request || verifier !== request.verifier || !this.#isApp(call, header, request.secret)) {
      return form({ oauth_problem: 'token_rejected' }, 401);
    }
    this.#requests.delete(header.oauth_token);
    const [token, secret] = [this.ledger.issue('oauth1-token'), this.ledger.issue('oauth1-secret')];
    this.#access.set(token, { secret, who: `user-${randomUUID()}` });
    return form({ oauth_token: token, oauth_token_secret: secret, user_id: '42' });
  }

  #isApp(call, header, tokenSecret) {
    return (
      header.oauth_consumer_key === this.app.id &&
      isSigned(call, header, this.app.secret, tokenSecret) &&
      this.#nonces.isNew(header)
    );
  }

  #holder(call) {
    const header = oauthHeader(call);
    const access = this.#access.get(header?.oauth_token);
    return access && this.#isApp(call, header, access.secret) && !this.tokens.isRevoked(access.who) ? access.who : undefined;
  }

  #tbaHolder(call) {
    const header = oauthHeader(call);
    if (!header || this.tokens.isRevoked(this.tba.who)) return undefined;
    const isRight =
      header.realm === this.tba.accountId.toUpperCase().replace('-', '_') &&
      header.oauth_signature_method === 'HMAC-SHA256' &&
      header.oauth_consumer_key === this.netsuite.id &&
      header.oauth_token === this.tba.token_id &&
      isSigned(call, header, this.netsuite.secret, this.tba.token_secret) &&
      this.#nonces.isNew(header);
    return isRight ? this.tba.who : undefined;
  }
}
