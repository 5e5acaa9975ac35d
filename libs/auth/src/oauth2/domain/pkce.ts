import { createHash, randomBytes } from 'node:crypto';

/** A secret that proves that whoever exchanges a code also asked for it (RFC 7636). */
export const codeVerifier = (): string => randomBytes(32).toString('base64url');

export const codeChallenge = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');
