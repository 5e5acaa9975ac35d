import { createHash } from 'node:crypto';
import { AppError } from '#libs/kernel';
import type { IdentifiedCertificate } from '#libs/outbound';
import { certificatePair, type PairProblem } from '#libs/signing';
import type { LeaseFacts } from './lease-facts.js';

/** Who a connection is in a TLS handshake. */
export type ClientIdentity = IdentifiedCertificate;

/**
 * The certificate of a connection whose provider asks for one (`require_client_certificate`, spec/auth.md §6.4).
 * @throws AppError `invalid_certificate_or_key_format`
 */
export function clientIdentity({ provider, credentials }: LeaseFacts): ClientIdentity | undefined {
  if (!provider.require_client_certificate) return undefined;
  const { client_certificate: certificate, client_private_key: privateKey } = credentials;
  const pair = certificatePair({ certificate: textOf(certificate), privateKey: textOf(privateKey) });
  if (typeof pair === 'string') throw new AppError('invalid_certificate_or_key_format', PROBLEMS[pair]);
  return { ...pair, id: createHash('sha256').update(pair.certificate).update(pair.privateKey).digest('base64') };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const NO_PAIR =
  'client_certificate must hold a certificate and client_private_key its private key, both in PEM: connect again with them';

const PROBLEMS: Readonly<Record<PairProblem, string>> = {
  certificate: NO_PAIR,
  private_key: NO_PAIR,
  mismatch: 'client_private_key is not the key of client_certificate: connect again with a pair that belongs together',
};
