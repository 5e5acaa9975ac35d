import { Buffer } from 'buffer';
import { hostNow } from '../host-now.js';
import { bytesOf, type Data, encoded, fromBase64, toBase64, wrongType } from './bytes.js';
import { wireKey } from './keys.js';

/** Collects what is signed; the key comes last. */
class Signer {
  readonly #algorithm: string;
  readonly #parts: Buffer[] = [];

  constructor(algorithm: string) {
    if (typeof algorithm !== 'string') throw wrongType('algorithm', 'of type string', algorithm);
    hostNow('crypto.knowsSignature', { algorithm });
    this.#algorithm = algorithm;
  }
  update(data: Data, encoding?: string): this {
    this.#parts.push(Buffer.from(bytesOf(data, encoding)));
    return this;
  }
  protected facts(key: unknown): object {
    return { algorithm: this.#algorithm, data: Buffer.concat(this.#parts).toString('base64'), key: wireKey(key) };
  }
}

export class Sign extends Signer {
  sign(key: unknown, encoding?: string): Buffer | string {
    return encoded(fromBase64(hostNow('crypto.streamSign', this.facts(key))), encoding);
  }
}

export class Verify extends Signer {
  verify(key: unknown, signature: Data, encoding?: string): boolean {
    return hostNow('crypto.streamVerify', { ...this.facts(key), signature: toBase64(signature, encoding, 'signature') });
  }
}

export const createSign = (algorithm: string): Sign => new Sign(algorithm);
export const createVerify = (algorithm: string): Verify => new Verify(algorithm);

const factsOf = (algorithm: string | null | undefined, data: Data, key: unknown): object => ({
  algorithm: algorithm ?? null,
  data: toBase64(data),
  key: wireKey(key),
});

/** Signs in one call; the only way for Ed25519. */
export const sign = (algorithm: string | null | undefined, data: Data, key: unknown): Buffer =>
  fromBase64(hostNow('crypto.sign', factsOf(algorithm, data, key)));

export const verify = (algorithm: string | null | undefined, data: Data, key: unknown, signature: Data): boolean =>
  hostNow('crypto.verify', { ...factsOf(algorithm, data, key), signature: toBase64(signature, undefined, 'signature') });

const rsa =
  (way: string) =>
  (key: unknown, data: Data): Buffer =>
    fromBase64(hostNow('crypto.rsa', { way, key: wireKey(key), data: toBase64(data, undefined, 'buffer') }));

export const publicEncrypt = rsa('publicEncrypt');
export const publicDecrypt = rsa('publicDecrypt');
export const privateEncrypt = rsa('privateEncrypt');
export const privateDecrypt = rsa('privateDecrypt');
