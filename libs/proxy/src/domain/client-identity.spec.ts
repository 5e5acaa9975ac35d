import { describe, expect, it } from 'vitest';
import { ALICE, BOB } from '#libs/testing';
import { testLease } from '../test-lease.js';
import { clientIdentity } from './client-identity.js';
import { leaseFacts } from './lease-facts.js';

const identityOf = (
  { certificate, privateKey }: Partial<typeof ALICE>,
  provider: object = { require_client_certificate: true },
) => {
  const credentials = { type: 'OAUTH2_CC', token: 't', client_certificate: certificate, client_private_key: privateKey };
  return clientIdentity(leaseFacts(testLease({ provider, credentials })));
};

describe('a client certificate', () => {
  it('is shown where the provider asks for one', () => {
    expect(identityOf(ALICE)).toMatchObject(ALICE);
    expect(identityOf(ALICE, {})).toBeUndefined();
  });

  it('has an identity of its own, however it was pasted', () => {
    const oneLine = { ...ALICE, certificate: ALICE.certificate.replaceAll('\n', String.raw`\n`) };
    expect(identityOf(oneLine)?.id).toBe(identityOf(ALICE)?.id);
    expect(identityOf(BOB)?.id).not.toBe(identityOf(ALICE)?.id);
  });

  it.each([
    ['no certificate', { privateKey: ALICE.privateKey }, /client_certificate must hold/],
    ['no key', { certificate: ALICE.certificate }, /client_private_key its private key/],
    ['nonsense', { certificate: 'x', privateKey: 'y' }, /both in PEM/],
    ['the key of another', { ...ALICE, privateKey: BOB.privateKey }, /is not the key of client_certificate/],
  ])('with %s is refused', (_what, given, message) => {
    expect(() => identityOf(given)).toThrow(message);
    expect(() => identityOf(given)).toThrow(expect.objectContaining({ code: 'invalid_certificate_or_key_format' }));
  });
});
