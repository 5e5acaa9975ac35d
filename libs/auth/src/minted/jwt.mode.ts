import { randomUUID } from 'node:crypto';
import type { AuthSubject, Minted } from '../auth.types.js';
import type { Answer } from '../http/domain/values.js';
import { declaredInputs } from './domain/inputs.js';
import { withKeyPairs } from './domain/key-pairs.js';
import { endOf } from './domain/lifetimes.js';
import { jwtRules, signedJwt } from './domain/signed-jwt.js';
import { scopeOf } from './domain/template-values.js';
import type { RenewableMode } from './renewal.js';

/** JWTs made here of a key that the user gave (spec/auth.md §2.12). */
export const jwtMode: RenewableMode = {
  mint: (subject, input) => built(subject, input),
  refresh: (subject, credentials) => built(subject, credentials),
};

async function built({ provider, connectionConfig }: AuthSubject, given: Answer): Promise<Minted> {
  const { type: _type, token: _token, expires_at: _expiresAt, ...typed } = given;
  const inputs = withKeyPairs(provider, declaredInputs(provider.credentials, typed));
  const rules = jwtRules(provider);
  const now = new Date();
  const token = await signedJwt(rules, scopeOf({ credentials: inputs, connectionConfig }, now, randomUUID()));
  return { credentials: { ...inputs, type: 'JWT', token, expires_at: endOf(now, rules.lifetimeMs) } };
}
