import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { consentPage, withQuery } from '../page.mjs';
import { redirect } from '../router.mjs';
import { basicOf, bearerOf } from '../tokens.mjs';
import { DIALECTS, refusal } from './dialects.mjs';

const usual = (answer) => ({ body: answer });

/** Authorization servers with the manners of `DIALECTS`, for one registered application. API: `/api/oauth2/*`. */
export class OAuth2Server {
  #codes = new Map();
  #refreshTokens = new Map();

  constructor({ ledger, tokens, faults, people }) {
    Object.assign(this, { ledger, tokens, faults, app: people.apps.oauth2 });
  }

  register(router, api) {
    router.on('GET', '/oauth2/:dialect/authorize', (call) => this.#authorize(call));
    router.on('POST', '/oauth2/:dialect/decision', (call) => this.#decide(call));
    router.on('POST', '/oauth2/:dialect/token', (call) => this.#token(call));
    api.accept('oauth2', (call) => this.tokens.holder('oauth2', bearerOf(call)));
  }

  #authorize({ query, params }) {
    const { client_id, redirect_uri, response_type } = query;
    if (!(params.dialect in DIALECTS)) return refusal('unknown_dialect', 404);
    if (client_id !== this.app.id || response_type !== 'code' || !redirect_uri) return refusal('invalid_request');
    if (query.code_challenge_method !== 'S256') return refusal('invalid_request: PKCE is required');
    return consentPage('Provider farm', `/oauth2/${params.dialect}/decision`, query);
  }

  #decide({ form, params }) {
    const { redirect_uri, state, decision, code_challenge: challenge, scope } = form;
    if (decision !== 'approve') {
      return redirect(
        withQuery(redirect_uri, { state, error: 'access_denied', error_description: 'no <script>alert(1)</script>' }),
      );
    }
    const code = this.ledger.issue('code');
    this.#codes.set(code, { dialect: params.dialect, redirect_uri, challenge, scope, who: `user-${randomUUID()}` });
    return redirect(withQuery(redirect_uri, { state, code, realm_id: 'R-1' }));
  }

  async #token(call) {
    const { dialect } = call.params;
    const rules = DIALECTS[dialect];
    const grant = call.form.grant_type ?? call.json?.grant_type;
    this.ledger.count(`oauth2.${dialect}.${grant}`);
    const given = Object.keys(call.form).length > 0 ? call.form : (call.json ?? {});
    const fault = this.faults.next(dialect, grant === 'refresh_token' ? rules.fault : undefined);
    const met = await this.faults.meet(fault, call);
    if (met) return met;
    const fail = rules.failure ?? refusal;
    if (!this.#knows(call, given)) return rules.failure ? fail('invalid_client') : refusal('invalid_client', 401);
    const outcome = grant === 'refresh_token' ? this.#refresh(given, rules, dialect) : this.#exchange(given, rules, dialect);
    if (outcome.error) return fail(outcome.error);
    this.ledger.count(`oauth2.${dialect}.accepted`);
    return (rules.shape ?? usual)(outcome);
  }

  #knows(call, { client_id, client_secret }) {
    const { username = client_id, password = client_secret } = basicOf(call).username ? basicOf(call) : {};
    return username === this.app.id && isSame(String(password), this.app.secret);
  }

  #exchange({ code, redirect_uri, code_verifier = '' }, rules, dialect) {
    const found = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash('sha256').update(code_verifier).digest('base64url');
    if (!found || found.dialect !== dialect || found.redirect_uri !== redirect_uri || found.challenge !== challenge) {
      return { error: 'invalid_grant' };
    }
    return this.#answer({ who: found.who, scope: found.scope, current: null }, rules, rules.firstLife);
  }

  #refresh({ refresh_token }, rules, dialect) {
    const family = this.#refreshTokens.get(refresh_token);
    if (!family || this.tokens.isRevoked(family.who)) return { error: 'invalid_grant' };
    if (rules.single && family.current !== refresh_token) {
      this.ledger.count(`oauth2.${dialect}.reused`);
      this.tokens.revoke(family.who);
      return { error: 'invalid_grant' };
    }
    return this.#answer(family, rules, rules.life);
  }

  /** `short` families live on; only tokens get new. */
  #answer(family, rules, life = 3600) {
    const access_token = this.tokens.issue('oauth2', family.who, life);
    const answer = { access_token, token_type: 'Bearer', expires_in: life, ...(family.scope ? { scope: family.scope } : {}) };
    if (rules.refreshes === false) return answer;
    if (family.current === null || rules.single) {
      family.current = this.ledger.issue('refresh');
      this.#refreshTokens.set(family.current, family);
      return { ...answer, refresh_token: family.current };
    }
    return answer;
  }
}

function isSame(left, right) {
  const [a, b] = [left, right].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a, b);
}
