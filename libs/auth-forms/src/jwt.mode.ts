import { randomUUID } from 'node:crypto';
import type { AuthSubject, Minted } from '#libs/auth-modes';
import type { Answer } from '#libs/token-http';
import { declaredInputs } from './domain/inputs.js';
import { withKeyPairs } from './domain/key-pairs.js';
import { endOf } from './domain/lifetimes.js';
import { jwtRules, signedJwt } from './domain/signed-jwt.js';
import { scopeOf } from './domain/template-values.js';
import type { RenewableMode } from './renewal.js';

/** JWTs made here of a key that the user gave (spec/auth.md §2.12). */
export const jwtMode: RenewableMode = {
  mint: async (subject, input) => built(subject, declaredInputs(subject.provider.credentials, typed(input))),
  // What the catalogue asks for now was not asked of whoever connected before.
  refresh: (subject, credentials) => built(subject, typed(credentials)),
};

async function built({ provider, connectionConfig }: AuthSubject, given: Answer): Promise<Minted> {
  const inputs = withKeyPairs(provider, given);
  const rules = jwtRules(provider);
  const now = new Date();
  const token = await signedJwt(rules, scopeOf({ credentials: inputs, connectionConfig }, now, randomUUID()));
  return { credentials: { ...inputs, type: 'JWT', token, expires_at: endOf(now, rules.lifetimeMs) } };
}

function typed({ type: _type, token: _token, expires_at: _expiresAt, ...inputs }: Answer): Answer {
  return inputs;
}
