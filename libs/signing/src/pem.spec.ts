import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pemOf } from './pem.js';

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

describe('a key in PEM', () => {
  it.each([
    ['as it is', pem],
    ['with typed-out line ends', pem.replaceAll('\n', String.raw`\n`)],
    ['with line ends of Windows', pem.replaceAll('\n', '\r\n')],
    ['on one line', pem.replaceAll('\n', ' ')],
    ['without any line ends', pem.replaceAll('\n', '')],
  ])('%s can be read', (_how, text) => {
    expect(createPrivateKey(pemOf(text)).export({ type: 'pkcs8', format: 'pem' })).toBe(pem);
  });

  it('may have others beside it, and lines that describe it', () => {
    expect(pemOf(pem.replaceAll('\n', '') + pem)).toBe(pem + pem);
    const encrypted = '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n';
    expect(pemOf(encrypted)).toBe(encrypted);
  });
});
