import { createHash } from 'node:crypto';
import { refusal } from '../oauth/dialects.mjs';
import { basicOf, bearerOf } from '../tokens.mjs';
import { claimsOf } from './jwt-check.mjs';

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Seconds: soon due. */
const FIRST_LIFE = 1;
const LIFE = 3600;

/** Client credentials, one way of proving who asks a path: `/cc/{body,basic,query,key,certificate}/token`. API: `/api/cc/*`. */
export class ClientCredentials {
  #calls = new Map();
  #jtis = new Set();

  constructor({ ledger, tokens, people }) {
    Object.assign(this, { ledger, tokens, users: people.users, publicKeys: people.publicKeys });
  }

  register(router, api) {
    router.on('POST', '/cc/:way/token', (call) => this.#token(call));
    api.accept('cc', (call) => this.tokens.holder('cc', bearerOf(call)));
  }

  #token(call) {
    const given = { ...call.query, ...call.form };
    const user = this.#userOf(call, given);
    this.ledger.count(`cc.${call.params.way}.${user ? 'accepted' : 'refused'}`);
    if (!user || this.tokens.isRevoked(user.who)) return refusal('invalid_client', 401);
    if (given.grant_type !== 'client_credentials') return refusal('unsupported_grant_type');
    const times = (this.#calls.get(call.params.way) ?? 0) + 1;
    this.#calls.set(call.params.way, times);
    const life = times % 2 === 1 ? FIRST_LIFE : LIFE;
    const access_token = this.tokens.issue('cc', user.who, life);
    return { body: { access_token, token_type: 'Bearer', expires_in: life, scope: given.scope } };
  }

  #userOf(call, given) {
    const { cc, ccKey } = this.users;
    const isSecret = (id, secret) => id === cc.client_id && secret === cc.client_secret;
    switch (call.params.way) {
      case 'body':
        return isSecret(call.form.client_id, call.form.client_secret) ? cc : undefined;
      case 'basic':
        return isSecret(basicOf(call).username, basicOf(call).password) && !call.form.client_secret ? cc : undefined;
      case 'query':
        return isSecret(call.query.client_id, call.query.client_secret) ? cc : undefined;
      case 'key':
        return this.#isAssertion(call, given) ? ccKey : undefined;
      case 'certificate':
        return isSecret(given.client_id, given.client_secret) && this.#isCertified(call) ? cc : undefined;
      default:
        return undefined;
    }
  }

  #isAssertion({ url }, { client_assertion: assertion, client_assertion_type: type }) {
    const claims = type === ASSERTION ? claimsOf(assertion, 'RS256', this.publicKeys.service) : undefined;
    const id = this.users.ccKey.client_id;
    if (!claims || claims.iss !== id || claims.sub !== id || claims.kid !== 'service-key' || this.#jtis.has(claims.jti))
      return false;
    this.#jtis.add(claims.jti);
    return [claims.aud].flat().includes(`${url.origin}${url.pathname}`);
  }

  #isCertified({ message }) {
    const { raw } = message.socket.getPeerCertificate?.() ?? {};
    return raw !== undefined && createHash('sha256').update(raw).digest('hex') === this.publicKeys.client;
  }
}
