import type { ConnectionLease } from '#libs/contracts';

/**
 * Tries credentials against their provider (spec/auth.md §2.4): true when the provider took them, or when the catalogue
 * names no way to try. Given to `CredentialsModule.forRoot`, since sending requests is the business of libs above.
 */
export type CredentialTest = (lease: ConnectionLease) => Promise<boolean>;

export const CREDENTIAL_TEST = Symbol('credential-test');
