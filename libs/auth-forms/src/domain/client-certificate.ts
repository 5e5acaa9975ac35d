import { type CertificatePair, certificatePair, type PairProblem } from '#libs/signing';
import { wrongInput } from './inputs.js';

const PROBLEMS: Readonly<Record<PairProblem, readonly [field: string, message: string]>> = {
  certificate: ['client_certificate', 'must be a certificate in PEM'],
  private_key: ['client_private_key', 'must be a private key in PEM'],
  mismatch: ['client_private_key', 'is not the key of client_certificate'],
};

/**
 * What a client shows in the TLS handshake, where it was given both halves (spec/auth.md §2.7).
 * @throws AppError `invalid_body` naming the half that is wrong
 */
export function clientCertificate({
  certificate,
  privateKey,
}: {
  readonly certificate?: string | undefined;
  readonly privateKey?: string | undefined;
}): CertificatePair | undefined {
  if (!certificate || !privateKey) return undefined;
  const pair = certificatePair({ certificate, privateKey });
  if (typeof pair === 'object') return pair;
  const [field, message] = PROBLEMS[pair];
  throw wrongInput([field], message);
}
