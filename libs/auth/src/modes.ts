import { AuthModes } from './auth-modes.js';
import type { AuthMode } from './auth.types.js';
import type { TokenHttp } from './http/token-http.js';
import { mintedModes } from './minted/minted-modes.js';
import { introspections, providerModes } from './providers/provider-modes.js';
import { OAuth2Mode } from './oauth2/oauth2.mode.js';

/** Every way to authenticate, talking to providers through one client. */
export const openModes = (http: TokenHttp): AuthModes => new AuthModes(modesOf(http), providerModes(http), introspections(http));

function modesOf(http: TokenHttp): Record<string, AuthMode> {
  return { ...mintedModes(http), OAUTH2: new OAuth2Mode(http) };
}
