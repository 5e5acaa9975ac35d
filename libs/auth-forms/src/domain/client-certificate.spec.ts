import { describe, expect, it } from 'vitest';
import { CLIENT, SERVER } from '#libs/testing';
import { clientCertificate } from './client-certificate.js';

describe('a client certificate', () => {
  it('is one with its key, however both were pasted', () => {
    const pasted = (pem: string) => pem.trim().replaceAll('\n', String.raw`\n`);
    expect(clientCertificate({ certificate: pasted(CLIENT.certificate), privateKey: pasted(CLIENT.privateKey) })).toEqual(CLIENT);
  });

  it('is none without one of the two', () => {
    expect(clientCertificate({ certificate: CLIENT.certificate })).toBeUndefined();
    expect(clientCertificate({ privateKey: CLIENT.privateKey, certificate: '' })).toBeUndefined();
  });

  it.each([
    ['client_certificate', { ...CLIENT, certificate: 'x' }, 'must be a certificate in PEM'],
    ['client_private_key', { ...CLIENT, privateKey: 'x' }, 'must be a private key in PEM'],
    ['client_private_key', { ...CLIENT, privateKey: SERVER.privateKey }, 'is not the key of client_certificate'],
  ])('is refused by the name of what is wrong: %s', (name, given, message) => {
    expect(() => clientCertificate(given)).toThrow(
      expect.objectContaining({
        code: 'invalid_body',
        message: `${name} ${message}`,
        issues: [{ code: 'custom', message, path: [name] }],
      }),
    );
  });
});
