import { createPrivateKey, X509Certificate } from 'node:crypto';
import { pemOf } from './pem.js';

/** A certificate and its private key, in PEM as OpenSSL reads it. */
export interface CertificatePair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** What is wrong with a pair: one of its halves is none, or they do not belong together. */
export type PairProblem = 'certificate' | 'private_key' | 'mismatch';

/** What a client shows in the TLS handshake, from two texts that were pasted somewhere (spec/auth.md §2.7, §6.4). */
export function certificatePair(pasted: CertificatePair): CertificatePair | PairProblem {
  const pair = { certificate: pemOf(pasted.certificate), privateKey: pemOf(pasted.privateKey) };
  const certificate = readOrNone(() => new X509Certificate(pair.certificate));
  if (!certificate) return 'certificate';
  const key = readOrNone(() => createPrivateKey(pair.privateKey));
  if (!key) return 'private_key';
  return certificate.checkPrivateKey(key) ? pair : 'mismatch';
}

function readOrNone<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
