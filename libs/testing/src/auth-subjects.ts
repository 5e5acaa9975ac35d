import { z } from 'zod';
import { authEnv } from '#libs/auth';
import type { AuthSubject } from '#libs/auth-modes';
import { loadConfig } from '#libs/kernel';
import { parseOauthPolicy } from '#libs/outbound';
import type { Provider } from '#libs/providers';
import { TokenHttp, type TokenHttpOptions } from '#libs/token-http';

const policyOf = (env: Record<string, string>) => parseOauthPolicy(loadConfig(z.object(authEnv), env));

/** A policy under which loopback may be called. */
export const OPEN_POLICY = policyOf({ NANGO_OUTBOUND_URL_POLICY_OAUTH: '{"mode":"permissive","blockPrivateIps":false}' });

/** A client whose policy comes from these variables: closed if there are none. */
export const httpOf = (env: Record<string, string> = {}, options: Omit<TokenHttpOptions, 'policy'> = {}): TokenHttp =>
  new TokenHttp({ policy: policyOf(env), ...options });

/** A client that may call loopback. */
export const openHttp = (options: Omit<TokenHttpOptions, 'policy'> = {}): TokenHttp =>
  new TokenHttp({ policy: OPEN_POLICY, ...options });

/** A connection to be, of an integration with client `id` and `secret-of-client`. */
export function subjectOf(
  provider: Partial<Provider>,
  connectionConfig: AuthSubject['connectionConfig'] = {},
  integration: Partial<AuthSubject['integration']> = {},
): AuthSubject {
  return {
    provider: { name: 'test', display_name: 'Test', docs: 'https://example.com', auth_mode: 'OAUTH2', ...provider },
    integration: {
      uniqueKey: 'test',
      credentials: { type: 'OAUTH2', client_id: 'client-id', client_secret: 'secret-of-client', scopes: 'read,write' },
      custom: {},
      ...integration,
    },
    connectionConfig,
  };
}
