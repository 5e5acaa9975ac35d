import type { Buffer } from 'buffer';
import { hostNow } from '../host-now.js';
import { type Data, encoded, fromBase64, toBase64, wrongType } from './bytes.js';
import { secretOf } from './keys.js';

/** What everybody uses; whether the host knows another is asked when it is named. */
const COMMON = new Set(['md5', 'sha1', 'sha256', 'sha384', 'sha512']);

/** Collects its input here and has it digested by the host in one call. */
class Digest {
  readonly #op: string;
  readonly #facts: object;
  readonly #isHmac: boolean;
  readonly #parts: string[];
  #isDone = false;

  constructor(op: string, facts: object, parts: string[] = []) {
    this.#op = op;
    this.#facts = facts;
    this.#isHmac = op === 'crypto.hmac';
    this.#parts = parts;
  }
  update(data: Data, encoding?: string): this {
    if (this.#isDone) throw this.#finished();
    this.#parts.push(toBase64(data, encoding));
    return this;
  }
  digest(encoding?: string): Buffer | string {
    if (this.#isDone && !this.#isHmac) throw this.#finished();
    const bytes = fromBase64(this.#isDone ? '' : hostNow<string>(this.#op, { ...this.#facts, parts: this.#parts }));
    this.#isDone = true;
    return encoded(bytes, encoding);
  }
  #finished = (): Error => Object.assign(new Error('Digest already called'), { code: 'ERR_CRYPTO_HASH_FINALIZED' });
  /** For a hash only: Node's hmacs cannot be copied. */
  protected copied(): { facts: object; parts: string[] } {
    if (this.#isDone) throw this.#finished();
    return { facts: this.#facts, parts: [...this.#parts] };
  }
}

export class Hash extends Digest {
  copy(): Hash {
    const { facts, parts } = this.copied();
    return new Hash('crypto.hash', facts, parts);
  }
}

export class Hmac extends Digest {}

export function createHash(algorithm: string, options?: object): Hash {
  if (typeof algorithm !== 'string') throw wrongType('algorithm', 'of type string', algorithm);
  if (!COMMON.has(algorithm) || options) hostNow('crypto.hash', { algorithm, options, parts: [] });
  return new Hash('crypto.hash', { algorithm, options });
}

export function createHmac(algorithm: string, key: unknown, options?: { encoding?: string }): Hmac {
  if (typeof algorithm !== 'string') throw wrongType('hmac', 'of type string', algorithm);
  const facts = { algorithm, key: secretOf(key, options?.encoding) };
  if (!COMMON.has(algorithm)) hostNow('crypto.hmac', { ...facts, parts: [] });
  return new Hmac('crypto.hmac', facts);
}

/** `crypto.hash`: a digest in one call. */
export const hash = (algorithm: string, data: Data, encoding = 'hex'): Buffer | string =>
  createHash(algorithm).update(data).digest(encoding);
