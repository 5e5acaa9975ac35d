import type { AuthSubject } from '../auth.types.js';

type Subject = Pick<AuthSubject, 'integration' | 'connectionConfig'>;

/** Scopes to ask for: the connection's own, else the integration's, which are stored comma-joined (spec/auth.md §1.6). */
export function scopesOf({ integration, connectionConfig }: Subject): string[] {
  return overriddenScopes(connectionConfig) ?? listed(integration.credentials?.['scopes']);
}

/** Scopes that were given for one connection; undefined where none were. */
export function overriddenScopes(config: AuthSubject['connectionConfig']): string[] | undefined {
  const scopes = listed(config['oauth_scopes_override']);
  return scopes.length > 0 ? scopes : undefined;
}

function listed(scopes: unknown): string[] {
  const parts = Array.isArray(scopes) ? scopes.map(String) : typeof scopes === 'string' ? scopes.split(',') : [];
  return parts.map((scope) => scope.trim()).filter((scope) => scope !== '');
}
