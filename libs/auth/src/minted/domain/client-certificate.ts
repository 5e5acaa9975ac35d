import { createPrivateKey, X509Certificate } from 'node:crypto';
import { pemOf } from '#libs/signing';
import type { ClientCertificate } from '#libs/outbound';
import { wrongInput } from './inputs.js';

/**
 * What a client shows in the TLS handshake, where it was given both halves (spec/auth.md §2.7).
 * @throws AppError `invalid_body` naming the half that is wrong
 */
export function clientCertificate(given: {
  readonly certificate?: string | undefined;
  readonly privateKey?: string | undefined;
}): ClientCertificate | undefined {
  if (!given.certificate || !given.privateKey) return undefined;
  const certificate = pemOf(given.certificate);
  const privateKey = pemOf(given.privateKey);
  const parsed = readOr('client_certificate', 'must be a certificate in PEM', () => new X509Certificate(certificate));
  const key = readOr('client_private_key', 'must be a private key in PEM', () => createPrivateKey(privateKey));
  if (!parsed.checkPrivateKey(key)) throw wrongInput(['client_private_key'], 'is not the key of client_certificate');
  return { certificate, privateKey };
}

function readOr<Result>(field: string, problem: string, read: () => Result): Result {
  try {
    return read();
  } catch {
    throw wrongInput([field], problem);
  }
}
