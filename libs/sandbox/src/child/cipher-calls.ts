import { type CipherGCM, createCipheriv, createDecipheriv, type DecipherGCM } from 'node:crypto';
import { bytes } from './wire-bytes.js';

/** A cipher from its beginning: all that it was given so far. */
interface CipherArgs {
  readonly way: 'encrypt' | 'decrypt';
  readonly algorithm: string;
  readonly key: string;
  readonly iv: string | null;
  readonly options?: { readonly authTagLength?: number };
  readonly aad?: { readonly bytes: string; readonly plaintextLength?: number };
  readonly authTag?: string;
  readonly autoPadding?: boolean;
  readonly data: string;
  readonly isFinal: boolean;
}

/** Nothing is kept between calls, so nothing outlives a run: what came out before comes out again, and the caller knows how much that was. */
function cipher(args: CipherArgs): { bytes: string; authTag?: string } {
  const isEncrypting = args.way === 'encrypt';
  const machine = open(args);
  const output = [machine.update(bytes(args.data))];
  if (args.isFinal) output.push(machine.final());
  return {
    bytes: Buffer.concat(output).toString('base64'),
    ...(args.isFinal && isEncrypting && isAuthenticated(args.algorithm)
      ? { authTag: (machine as CipherGCM).getAuthTag().toString('base64') }
      : {}),
  };
}

function open({ way, algorithm, key, iv, options, aad, authTag, autoPadding }: CipherArgs): CipherGCM | DecipherGCM {
  const create = way === 'encrypt' ? createCipheriv : createDecipheriv;
  const machine = create(algorithm as 'aes-128-gcm', bytes(key), iv === null ? (null as never) : bytes(iv), options as never);
  if (autoPadding === false) machine.setAutoPadding(false);
  if (authTag !== undefined) (machine as DecipherGCM).setAuthTag(bytes(authTag));
  if (aad)
    machine.setAAD(bytes(aad.bytes), aad.plaintextLength === undefined ? undefined : { plaintextLength: aad.plaintextLength });
  return machine;
}

const isAuthenticated = (algorithm: string): boolean => /gcm|ccm|ocb|poly1305/i.test(algorithm);

/** Symmetric ciphers. */
export const cipherCalls = { 'crypto.cipher': cipher };
