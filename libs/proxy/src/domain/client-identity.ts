import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { AppError } from '#libs/kernel';
import type { ClientCertificate } from '#libs/outbound';
import { pemOf } from '#libs/signing';
import type { LeaseFacts } from './lease-facts.js';

/** Who a connection is in a TLS handshake. */
export interface ClientIdentity extends ClientCertificate {
  /** The same for the same certificate and key. */
  readonly id: string;
}

/**
 * The certificate of a connection whose provider asks for one (`require_client_certificate`, spec/auth.md §6.4).
 * @throws AppError `invalid_certificate_or_key_format`
 */
export function clientIdentity({ provider, credentials }: LeaseFacts): ClientIdentity | undefined {
  if (!provider.require_client_certificate) return undefined;
  const certificate = pemOf(textOf(credentials['client_certificate']));
  const privateKey = pemOf(textOf(credentials['client_private_key']));
  check(certificate, privateKey);
  return { certificate, privateKey, id: createHash('sha256').update(certificate).update(privateKey).digest('base64') };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function check(certificate: string, privateKey: string): void {
  try {
    if (new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey))) return;
  } catch (cause) {
    throw new AppError(
      'invalid_certificate_or_key_format',
      'client_certificate must hold a certificate and client_private_key its private key, both in PEM: connect again with them',
      { cause },
    );
  }
  throw new AppError(
    'invalid_certificate_or_key_format',
    'client_private_key is not the key of client_certificate: connect again with a pair that belongs together',
  );
}
