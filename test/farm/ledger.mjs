import { randomBytes } from 'node:crypto';

/** Shorter texts would be found by chance when stores are searched for secrets. */
const MIN_LENGTH = 8;
const SENSITIVE =
  /^(access_token|assertion|api_?key|client_assertion|client_private_key|client_secret|code|code_verifier|dev_?key|oauth_verifier|password|private_?key|refresh_token|secret|token|token_secret)$/i;

/** What the farm issued or was given, and how often what happened. */
export class Ledger {
  #secrets = new Set();
  #counts = new Map();

  /** Remembers a secret and answers it. */
  secret(value) {
    if (typeof value === 'string' && value.length >= MIN_LENGTH) this.#secrets.add(value);
    return value;
  }

  /** A new secret. Its base64 holds characters that look different in URLs. */
  issue(kind) {
    return this.secret(`${kind}.${randomBytes(24).toString('base64')}`);
  }

  /** Remembers those of some parameters whose names say that they are secrets. */
  observe(params) {
    if (typeof params !== 'object' || params === null) return;
    for (const [name, value] of Object.entries(params)) {
      if (typeof value === 'object') this.observe(value);
      else if (SENSITIVE.test(name)) this.secret(value);
    }
  }

  /** Remembers what an Authorization header carries. */
  observeHeader(header = '') {
    const [scheme, rest] = header.split(/ (.*)/s);
    if (/^basic$/i.test(scheme) && rest) this.secret(Buffer.from(rest, 'base64').toString('utf8').split(/:(.*)/s)[1]);
    if (/^bearer$/i.test(scheme)) this.secret(rest);
  }

  count(name) {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  secrets() {
    return [...this.#secrets];
  }

  counters() {
    return Object.fromEntries(this.#counts);
  }
}
