/** Injection token of `OAuthOptions`. */
export const OAUTH_OPTIONS = Symbol('oauth-options');

export interface OAuthOptions {
  /** Whether browsers reach this server over https. */
  readonly isHttps: boolean;
  /** Refuse browsers that come back without the cookie they were sent with. */
  readonly isStateCookieEnforced: boolean;
}
