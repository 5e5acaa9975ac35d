import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '#libs/kernel';
import { parseExecutionPrivateKey, parseExecutionPublicKey, signExecutionToken, verifyExecutionToken } from './index.js';
import { testClaims as claims } from './test-claims.js';

const pair = generateKeyPairSync('ed25519');

describe('execution token', () => {
  it('carries its claims to whoever holds the public key', async () => {
    const token = signExecutionToken(pair.privateKey, claims);
    expect(await verifyExecutionToken(pair.publicKey, token)).toEqual(claims);
  });

  it('is refused after its expiry', async () => {
    const token = signExecutionToken(pair.privateKey, {
      ...claims,
      exp: Math.floor(Date.now() / 1000) - 1,
    });
    await expect(verifyExecutionToken(pair.publicKey, token)).rejects.toMatchObject({
      code: 'invalid_execution_token',
    });
  });

  it('is refused when another key signed it', async () => {
    const token = signExecutionToken(generateKeyPairSync('ed25519').privateKey, claims);
    await expect(verifyExecutionToken(pair.publicKey, token)).rejects.toMatchObject({
      code: 'invalid_execution_token',
    });
  });

  it('reads its keys from base64 DER and names the variable that is wrong', () => {
    const der = pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    expect(parseExecutionPrivateKey(new Secret(der)).asymmetricKeyType).toBe('ed25519');
    expect(() => parseExecutionPublicKey('bm9wZQ==')).toThrow('FAIRLEAD_EXECUTION_PUBLIC_KEY');
  });
});
