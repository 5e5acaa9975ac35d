import { createHash } from 'node:crypto';
import { basicOf, bearerOf } from '../tokens.mjs';
import { claimsOf } from './jwt-check.mjs';

const WSSE = /^UsernameToken Username="([^"]+)", PasswordDigest="([^"]+)", Nonce="([^"]+)", Created="([^"]+)"$/;
const WSSE_LIFE_MS = 600_000;

/** APIs that know a key, a password or a signature: nothing is issued. */
export class KeyedApis {
  constructor({ tokens, people }) {
    Object.assign(this, { tokens, users: people.users, publicKeys: people.publicKeys });
  }

  register(_router, api) {
    const { users } = this;
    api.accept('api-key', ({ message }) => this.#let(users.apiKey, message.headers['x-api-key'] === users.apiKey.apiKey));
    api.accept('basic', (call) => this.#let(users.basic, isLogin(basicOf(call), users.basic)));
    api.accept('plugin', (call) => this.#let(users.plugin, isLogin(basicOf(call), users.plugin)));
    api.accept('wsse', ({ message }) => this.#let(users.wsse, this.#isWsse(message.headers['x-wsse'])));
    api.accept('jwt', (call) => this.#let(users.jwt, this.#isSigner(bearerOf(call))));
    api.accept('ghost', ({ message }) => this.#let(users.ghost, this.#isGhost(message.headers.authorization)));
    api.accept('none', ({ message }) => (message.headers.authorization === undefined ? 'anybody' : undefined));
  }

  #let({ who }, isRight) {
    return isRight && !this.tokens.isRevoked(who) ? who : undefined;
  }

  #isSigner(token) {
    const claims = claimsOf(token, 'RS256', this.publicKeys.jwt);
    return claims?.iss === this.users.jwt.issuerId && claims.kid === this.users.jwt.keyId && claims.aud === 'farm';
  }

  #isGhost(header = '') {
    const { id, secret } = this.users.ghost;
    const claims = claimsOf(/^Ghost (.+)$/.exec(header)?.[1], 'HS256', Buffer.from(secret, 'hex'));
    return claims?.kid === id && claims.aud === '/admin/';
  }

  /** The digest is the base64 of the hexadecimal SHA-1. */
  #isWsse(header = '') {
    const [, username, digest, nonce, created] = WSSE.exec(header) ?? [];
    if (username !== this.users.wsse.username || Math.abs(Date.now() - Date.parse(created)) > WSSE_LIFE_MS) return false;
    const sha1 = createHash('sha1').update(`${nonce}${created}${this.users.wsse.password}`).digest('hex');
    return Buffer.from(sha1).toString('base64') === digest;
  }
}

const isLogin = (given, { username, password }) => given.username === username && given.password === password;
