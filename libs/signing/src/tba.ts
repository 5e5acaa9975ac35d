import { type KeyPair, oauth1Header, type Oauth1Request } from './oauth1.js';

/** A request to NetSuite, and the four secrets that sign it. */
export interface TbaRequest extends Pick<Oauth1Request, 'method' | 'url' | 'consumer' | 'form' | 'nonce' | 'timestamp'> {
  readonly token: KeyPair;
  readonly accountId: string;
}

/** The value of the `Authorization` header of token-based authentication (spec/auth.md §2.11): OAuth 1.0a under the account's realm. */
export function tbaHeader({ accountId, ...request }: TbaRequest): string {
  return oauth1Header({ ...request, signatureMethod: 'HMAC-SHA256', realm: tbaRealm(accountId) });
}

/** How an account is called as a realm. Only the first hyphen becomes an underscore: the vendor expects it so. */
export const tbaRealm = (accountId: string): string => accountId.toUpperCase().replace('-', '_');
