import type { AuthMode } from '#libs/auth-modes';
import { textsOf } from './domain/inputs.js';

/** Credentials that are used as they were typed (spec/auth.md §2.8, §2.17); what they are worth shows when they are tested. */
export const storedModes: Readonly<Record<'API_KEY' | 'BASIC' | 'NONE', AuthMode>> = {
  API_KEY: {
    mint: async ({ provider }, input) => ({
      credentials: { type: 'API_KEY', ...textsOf(provider.credentials, input, ['apiKey']) },
    }),
  },
  BASIC: {
    mint: async ({ provider }, input) => ({
      credentials: { type: 'BASIC', ...textsOf(provider.credentials, input, ['username', 'password'], { mayBeEmpty: true }) },
    }),
  },
  NONE: { mint: async () => ({ credentials: { type: 'NONE' } }) },
};
