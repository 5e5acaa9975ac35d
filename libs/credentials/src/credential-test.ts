import type { ConnectionLease } from '#libs/contracts';

/**
 * Tries credentials against their provider (spec/auth.md §2.4); `untested` when the catalogue names no request that would tell.
 * Given to `CredentialsModule.forRoot`, since sending requests is the business of libs above.
 */
export type CredentialTest = (lease: ConnectionLease) => Promise<'passed' | 'failed' | 'untested'>;

export const CREDENTIAL_TEST = Symbol('credential-test');
