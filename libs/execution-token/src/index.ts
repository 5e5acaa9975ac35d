import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { jwtVerify } from 'jose';
import { executionClaims, type ExecutionClaims } from '#libs/contracts';
import { AppError, ConfigError, messageOf, type Secret } from '#libs/kernel';
import { ALGORITHM, signed } from './jws.js';

export { CallerTokens, verifyCallerToken } from './caller-token.js';
export { VerifiedTokens } from './verified-tokens.js';

/** Reads `FAIRLEAD_EXECUTION_PRIVATE_KEY`: base64 of a DER PKCS#8 Ed25519 key. @throws ConfigError */
export function parseExecutionPrivateKey(key: Secret): KeyObject {
  return parse('FAIRLEAD_EXECUTION_PRIVATE_KEY', () =>
    createPrivateKey({ key: Buffer.from(key.reveal(), 'base64'), format: 'der', type: 'pkcs8' }),
  );
}

/** Reads `FAIRLEAD_EXECUTION_PUBLIC_KEY`: base64 of a DER SPKI Ed25519 key. @throws ConfigError */
export function parseExecutionPublicKey(key: string): KeyObject {
  return parse('FAIRLEAD_EXECUTION_PUBLIC_KEY', () =>
    createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' }),
  );
}

function parse(name: string, read: () => KeyObject): KeyObject {
  try {
    const key = read();
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    throw new ConfigError(`${name}: not a base64 DER Ed25519 key: ${messageOf(error)}`);
  }
  throw new ConfigError(`${name}: must be an Ed25519 key`);
}

/** Signs the claims of one run (design §3); only jobs holds the private key. */
export const signExecutionToken = (privateKey: KeyObject, claims: ExecutionClaims): string => signed(privateKey, claims);

/** @throws AppError `invalid_execution_token` when the token is forged, malformed or expired */
export async function verifyExecutionToken(publicKey: KeyObject, token: string): Promise<ExecutionClaims> {
  try {
    const { payload } = await jwtVerify(token, publicKey, { algorithms: [ALGORITHM] });
    return executionClaims.parse(payload);
  } catch (error) {
    throw new AppError('invalid_execution_token', 'the execution token is not valid or has expired', { cause: error });
  }
}
