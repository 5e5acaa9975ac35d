import { randomUUID } from 'node:crypto';
import { consentPage, withQuery } from '../page.mjs';
import { redirect } from '../router.mjs';
import { bearerOf } from '../tokens.mjs';
import { claimsOf } from './jwt-check.mjs';

/** Seconds: soon due. */
const FIRST_LIFE = 1;
const LIFE = 3600;
const refused = (status, message) => ({ status, body: { message } });

/** A GitHub-like app that is installed (`/github/*`, API `/api/github/*`), and a plug-in (`/plugin/*`, API `/api/plugin/*`). */
export class Installations {
  #installations = new Map();
  #codes = new Map();
  #next = 1000;

  constructor({ ledger, tokens, people }) {
    Object.assign(this, { ledger, tokens, apps: people.apps, publicKey: people.publicKeys.github });
  }

  register(router, api) {
    router.on('GET', '/github/apps/:app/installations/new', ({ params, query }) =>
      consentPage('Install app', '/github/decision', { app: params.app, state: query.state }),
    );
    router.on('POST', '/github/decision', ({ form }) => this.#install(form));
    router.on('POST', '/github/app/installations/:id/access_tokens', (call) => this.#appToken(call));
    router.on('POST', '/github/login/oauth/access_token', (call) => this.#userToken(call));
    router.on('GET', '/api/github/user/installations', (call) => this.#ofUser(call));
    router.on('GET', '/plugin/install', ({ query }) => consentPage('Install plug-in', '/plugin/decision', query));
    router.on('POST', '/plugin/decision', ({ form }) => this.#plug(form));
    api.accept('github', (call) => this.tokens.holder('github', bearerOf(call)));
    api.accept('github-user', (call) => this.tokens.holder('github-user', bearerOf(call)));
  }

  /** @param {string} serverUrl whom browsers are sent back to */
  open(serverUrl) {
    this.serverUrl = serverUrl;
  }

  /** `app` installs only; `oauth` gives the user's code with it; `pending` waits for an administrator, so that only a code is there. */
  #install({ app, state, decision }) {
    const back = app === 'app' ? `${this.serverUrl}/app-auth/connect` : `${this.serverUrl}/oauth/callback`;
    if (decision !== 'approve') return redirect(withQuery(back, { state, error: 'access_denied' }));
    const who = `installation-${randomUUID()}`;
    const id = String((this.#next += 1));
    if (app !== 'pending') this.#installations.set(id, { who, times: 0 });
    const code = app === 'app' ? undefined : this.ledger.issue('github-code');
    if (code) this.#codes.set(code, who);
    const installation = app === 'pending' ? { setup_action: 'request' } : { installation_id: id, setup_action: 'install' };
    return redirect(withQuery(back, { ...installation, state, code }));
  }

  #appToken(call) {
    const installation = this.#installations.get(call.params.id);
    const claims = claimsOf(bearerOf(call), 'RS256', this.publicKey);
    if (String(claims?.iss) !== this.apps.github.appId) return refused(401, 'A JSON web token could not be decoded');
    if (!installation || this.tokens.isRevoked(installation.who)) return refused(404, 'Not Found');
    installation.times += 1;
    this.ledger.count('github.tokens');
    const life = installation.times === 1 ? FIRST_LIFE : LIFE;
    const expires_at = new Date(Date.now() + life * 1000).toISOString();
    return { status: 201, body: { token: this.tokens.issue('github', installation.who, life), expires_at, permissions: {} } };
  }

  /** Written as a form unless JSON is asked for, and 200 for errors too. */
  #userToken({ form, json, message }) {
    const { client_id, client_secret, code } = { ...form, ...json };
    const who = this.#codes.get(code);
    this.#codes.delete(code);
    const isRight = who && client_id === this.apps.githubOauth.id && client_secret === this.apps.githubOauth.secret;
    const answer = isRight
      ? { access_token: this.tokens.issue('github-user', who), token_type: 'bearer', scope: 'repo' }
      : { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' };
    if (message.headers.accept?.includes('json')) return { body: answer };
    return {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: String(new URLSearchParams(answer)),
    };
  }

  #ofUser(call) {
    const who = this.tokens.holder('github-user', bearerOf(call));
    if (who === undefined) return refused(401, 'Bad credentials');
    const own = [...this.#installations].filter(([, installation]) => installation.who === who);
    const installations = own.map(([id]) => ({ id: Number(id) }));
    return { body: { total_count: installations.length, installations } };
  }

  #plug({ payload, decision }) {
    const back = `${this.serverUrl}/oauth/callback`;
    if (decision !== 'approve') return redirect(withQuery(back, { payload, error: 'access_denied' }));
    return redirect(withQuery(back, { payload, website_id: 'website-1' }));
  }
}
