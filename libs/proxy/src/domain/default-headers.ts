import type { LeaseFacts } from './lease-facts.js';

const bearer = (token: string | undefined): Record<string, string> => (token ? { authorization: `Bearer ${token}` } : {});

/**
 * The headers that prove who calls, by type of credentials (spec/auth.md §6.4), before the provider's own templates. Requests of
 * other types are signed, or proved by those templates alone.
 */
export function defaultHeaders({ credentials, accessToken, provider }: LeaseFacts): Record<string, string> {
  switch (credentials['type']) {
    case 'OAUTH2':
    case 'OAUTH2_CC':
    case 'APP':
    case 'CUSTOM':
    case 'JWT':
    case 'SIGNATURE':
      return bearer(accessToken);
    case 'TWO_STEP':
      return carriesToken(provider.proxy?.headers ?? {}) ? {} : bearer(accessToken);
    case 'BASIC': {
      const { username = '', password = '' } = credentials;
      return { authorization: `Basic ${Buffer.from(`${String(username)}:${String(password)}`).toString('base64')}` };
    }
    default:
      return {};
  }
}

/** A provider whose own headers carry the token gets no second one. */
const carriesToken = (templates: Readonly<Record<string, string>>): boolean =>
  Object.entries(templates).some(
    ([name, text]) => text.includes('${accessToken}') || (name === 'cookie' && text.includes('${credentials._cookies}')),
  );
