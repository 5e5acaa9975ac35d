import { Buffer } from 'buffer';
import { hostNow } from '../host-now.js';
import { bytesOf, type Data, encoded, fromBase64, toBase64, wrongType } from './bytes.js';
import { secretOf } from './keys.js';

interface CipherOptions {
  readonly authTagLength?: number;
}

const invalidState = (method: string): Error =>
  Object.assign(new Error(`Invalid state for operation ${method}`), { code: 'ERR_CRYPTO_INVALID_STATE' });

/**
 * A cipher's beginning and all that it was given. The host keeps nothing of it: it is asked for the whole anew, and gives out here what
 * has not been given out before.
 */
class CipherBase {
  readonly #facts: Record<string, unknown>;
  #input: Buffer = Buffer.alloc(0);
  #given = 0;
  #authTag: Buffer | undefined;
  #isDone = false;

  constructor(way: 'encrypt' | 'decrypt', algorithm: string, key: unknown, iv: Data | null, options?: CipherOptions) {
    if (typeof algorithm !== 'string') throw wrongType('cipher', 'of type string', algorithm);
    const ivBytes = iv === null ? null : toBase64(iv, undefined, 'iv');
    this.#facts = { way, algorithm, key: secretOf(key), iv: ivBytes, options: { ...options } };
    this.#run(false);
  }
  update(data: Data, inputEncoding?: string, outputEncoding?: string): Buffer | string {
    if (this.#isDone) throw invalidState('update');
    this.#input = Buffer.concat([this.#input, bytesOf(data, inputEncoding)]);
    return encoded(this.#run(false), outputEncoding);
  }
  final(outputEncoding?: string): Buffer | string {
    if (this.#isDone) throw invalidState('final');
    const rest = this.#run(true);
    this.#isDone = true;
    return encoded(rest, outputEncoding);
  }
  setAutoPadding(autoPadding = true): this {
    this.#facts['autoPadding'] = autoPadding;
    return this;
  }
  setAAD(data: Data, options?: { plaintextLength?: number; encoding?: string }): this {
    const plaintextLength = options?.plaintextLength;
    this.#facts['aad'] = { bytes: toBase64(data, options?.encoding), plaintextLength };
    return this;
  }
  protected tag(): Buffer {
    if (!this.#authTag) throw invalidState('getAuthTag');
    return this.#authTag;
  }
  protected useTag(tag: Data, encoding?: string): void {
    if (this.#isDone) throw invalidState('setAuthTag');
    this.#facts['authTag'] = toBase64(tag, encoding);
  }
  #run(isFinal: boolean): Buffer {
    const { bytes, authTag } = hostNow<{ bytes: string; authTag?: string }>('crypto.cipher', {
      ...this.#facts,
      data: this.#input.toString('base64'),
      isFinal,
    });
    if (authTag !== undefined) this.#authTag = fromBase64(authTag);
    const fresh = fromBase64(bytes).subarray(this.#given);
    this.#given += fresh.length;
    return fresh;
  }
}

export class Cipheriv extends CipherBase {
  getAuthTag(): Buffer {
    return this.tag();
  }
}

export class Decipheriv extends CipherBase {
  setAuthTag(tag: Data, encoding?: string): this {
    this.useTag(tag, encoding);
    return this;
  }
}

export const createCipheriv = (algorithm: string, key: unknown, iv: Data | null, options?: CipherOptions): Cipheriv =>
  new Cipheriv('encrypt', algorithm, key, iv, options);

export const createDecipheriv = (algorithm: string, key: unknown, iv: Data | null, options?: CipherOptions): Decipheriv =>
  new Decipheriv('decrypt', algorithm, key, iv, options);
