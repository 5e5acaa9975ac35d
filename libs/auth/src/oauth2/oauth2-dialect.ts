import type { AuthSubject, Minted } from '#libs/auth-modes';
import type { Answer, OAuthClient, TokenRequest } from '#libs/token-http';
import type { TokenCall } from './domain/token-call.js';

/** What a provider does otherwise than the catalogue can say (spec/auth.md §2.3). Absent members: as everyone does it. */
export interface OAuth2Dialect {
  /** The request of a call of its token endpoint. */
  readonly request?: (call: TokenCall) => TokenRequest | Promise<TokenRequest>;
  /** Its answer in the words of RFC 6749; one with an `error` is a failure. */
  readonly answer?: (answer: Answer, call: TokenCall) => Answer;
  /** Life of its tokens where the answer does not say, in seconds. */
  readonly lifetimeS?: number;
  /** What else has to be fetched with a new token before it can be used. */
  readonly complete?: (minted: Minted, context: DialectContext) => Promise<Minted>;
}

export interface DialectContext {
  readonly subject: AuthSubject;
  readonly client: OAuthClient;
  readonly call: TokenCall;
}
