import { Buffer } from 'buffer';
import { askNow } from './bridge.js';

type Data = string | Uint8Array;

const toBase64 = (data: Data, encoding?: string): string =>
  (typeof data === 'string' ? Buffer.from(data, encoding as BufferEncoding) : Buffer.from(data)).toString('base64');

const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');

/** Collects its input here and has it digested by the host in one call. */
class Digest {
  readonly #op: string;
  readonly #facts: object;
  readonly #parts: string[] = [];

  constructor(op: string, facts: object) {
    this.#op = op;
    this.#facts = facts;
  }
  update(data: Data, encoding?: string): this {
    this.#parts.push(toBase64(data, encoding));
    return this;
  }
  digest(encoding?: string): Buffer | string {
    const bytes = fromBase64(askNow(this.#op, { ...this.#facts, parts: this.#parts }));
    return encoding === undefined || encoding === 'buffer' ? bytes : bytes.toString(encoding as BufferEncoding);
  }
}

function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) throw new RangeError('Input buffers must have the same byte length');
  let difference = 0;
  for (let at = 0; at < a.byteLength; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

/** The part of `node:crypto` that functions use; digests and random bytes come from the host. */
export const crypto = Object.freeze({
  createHash: (algorithm: string) => new Digest('crypto.hash', { algorithm }),
  createHmac: (algorithm: string, key: Data) => new Digest('crypto.hmac', { algorithm, key: toBase64(key) }),
  randomBytes: (size: number) => fromBase64(askNow('crypto.random', { size })),
  randomUUID: () => askNow('crypto.uuid', {}),
  timingSafeEqual,
});
