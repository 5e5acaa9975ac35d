import type { AuthSubject, Minted } from '#libs/auth-modes';
import { wsseToken } from '#libs/signing';
import { textsOf } from './domain/inputs.js';
import { endOf } from './domain/lifetimes.js';
import type { RenewableMode } from './renewal.js';

/** Where the catalogue does not say. */
const LIFETIME_MS = 5 * 60_000;

/** WSSE (spec/auth.md §2.14): a token made here of a user name and a secret. */
export const signatureMode: RenewableMode = {
  mint: async (subject, input) => signed(subject, textsOf(subject.provider.credentials, input, ['username', 'password'])),
  refresh: async (subject, credentials) => signed(subject, textsOf({}, credentials, ['username', 'password'])),
};

function signed({ provider }: AuthSubject, given: { readonly username: string; readonly password: string }): Minted {
  const now = new Date();
  return {
    credentials: {
      type: 'SIGNATURE',
      username: given.username,
      password: given.password,
      token: wsseToken(given, undefined, now.toISOString()),
      expires_at: endOf(now, provider.token?.expires_in_ms ?? LIFETIME_MS),
    },
  };
}
