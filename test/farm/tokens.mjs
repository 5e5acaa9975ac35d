/** Access tokens that are good, whatever they were got with. */
export class Tokens {
  #live = new Map();
  #revoked = new Set();

  constructor(ledger) {
    this.ledger = ledger;
  }

  /** A new token of an account. */
  issue(mode, who, lifeSeconds = 3600) {
    const token = this.ledger.issue(`${mode}-access`);
    this.keep(mode, token, who, lifeSeconds);
    return token;
  }

  /** Makes a token good that somebody else made. */
  keep(mode, token, who, lifeSeconds = 3600) {
    this.#live.set(`${mode} ${this.ledger.secret(token)}`, { who, until: Date.now() + lifeSeconds * 1000 });
  }

  /** Whose token it is, if it is good. */
  holder(mode, token) {
    const found = this.#live.get(`${mode} ${token}`);
    return found && found.until > Date.now() && !this.#revoked.has(found.who) ? found.who : undefined;
  }

  /** The access tokens that this account has now are over before their end; what they are renewed with is good. */
  end(who) {
    for (const [key, token] of this.#live) if (token.who === who) this.#live.delete(key);
  }

  /** From now on nothing of this account is good. */
  revoke(who) {
    this.#revoked.add(who);
  }

  /** The account is let in again. */
  restore(who) {
    this.#revoked.delete(who);
  }

  isRevoked(who) {
    return this.#revoked.has(who);
  }
}

/** The token of a Bearer header. */
export const bearerOf = ({ message }) => /^Bearer (.+)$/.exec(message.headers.authorization ?? '')?.[1];

/** User name and password of a Basic header. */
export function basicOf({ message }) {
  const encoded = /^Basic (.+)$/.exec(message.headers.authorization ?? '')?.[1];
  const [username, password] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(/:(.*)/s);
  return { username, password };
}
