import {
  createSign,
  createVerify,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto';
import { bytes, keyOf, type WireKey } from './wire-bytes.js';

interface SignArgs {
  readonly algorithm: string | null;
  readonly data: string;
  readonly key: WireKey;
}
type VerifyArgs = SignArgs & { readonly signature: string };

const RSA = { publicEncrypt, privateDecrypt, privateEncrypt, publicDecrypt };
interface RsaArgs {
  readonly way: string;
  readonly key: WireKey;
  readonly data: string;
}

function rsa({ way, key, data }: RsaArgs): string {
  if (!Object.hasOwn(RSA, way)) throw new Error(`unknown call ${way}`);
  const { oaepLabel, ...options } = keyOf(key) as ReturnType<typeof keyOf> & { oaepLabel?: string };
  const labelled = typeof oaepLabel === 'string' ? { ...options, oaepLabel: bytes(oaepLabel) } : options;
  return RSA[way as keyof typeof RSA](labelled as never, bytes(data)).toString('base64');
}

/** Signatures and encryption with key pairs. */
export const signatureCalls = {
  /** Whether an algorithm may be signed with; the key comes later. @throws Node's own error where it may not */
  'crypto.knowsSignature': ({ algorithm }: { algorithm: string }) => void createSign(algorithm),
  'crypto.streamSign': ({ algorithm, data, key }: SignArgs) =>
    createSign(String(algorithm))
      .update(bytes(data))
      .sign(keyOf(key) as never, 'base64'),
  'crypto.streamVerify': ({ algorithm, data, key, signature }: VerifyArgs) =>
    createVerify(String(algorithm))
      .update(bytes(data))
      .verify(keyOf(key) as never, bytes(signature)),
  'crypto.sign': ({ algorithm, data, key }: SignArgs) => sign(algorithm, bytes(data), keyOf(key) as never).toString('base64'),
  'crypto.verify': ({ algorithm, data, key, signature }: VerifyArgs) =>
    verify(algorithm, bytes(data), keyOf(key) as never, bytes(signature)),
  'crypto.rsa': rsa,
};
