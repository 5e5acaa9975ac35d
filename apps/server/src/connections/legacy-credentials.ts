import type { ImportedCredentials } from '#libs/credentials';
import { AppError } from '#libs/kernel';
import type { LegacyImport } from './legacy.dto.js';

/**
 * The credentials of a flat import body, by the provider's auth mode.
 * @throws AppError `missing_…` naming what the mode needs, `invalid_expires_at`, `unsupported_auth`
 */
export function legacyCredentials(authMode: string, body: LegacyImport, now: Date): ImportedCredentials {
  switch (authMode) {
    case 'API_KEY':
      return { type: 'API_KEY', apiKey: body.api_key || missing('missing_api_key', 'api_key') };
    case 'BASIC':
      return {
        type: 'BASIC',
        username: body.username || missing('missing_basic_username', 'username'),
        password: body.password ?? '',
      };
    case 'NONE':
      return { type: 'NONE' };
    case 'OAUTH2':
      return oauth2(body, now);
    default:
      throw new AppError('unsupported_auth', `connections of type ${authMode} are imported by POST /connections`);
  }
}

function oauth2(body: LegacyImport, now: Date): ImportedCredentials {
  const expiresAt = expiryOf(body, now);
  const override = {
    ...(body.oauth_client_id_override ? { client_id: body.oauth_client_id_override } : {}),
    ...(body.oauth_client_secret_override ? { client_secret: body.oauth_client_secret_override } : {}),
  };
  return {
    type: 'OAUTH2',
    access_token: body.access_token || missing('missing_access_token', 'access_token'),
    ...(body.refresh_token ? { refresh_token: body.refresh_token } : {}),
    ...(expiresAt ? { expires_at: expiresAt } : {}),
    ...(Object.keys(override).length > 0 ? { config_override: override } : {}),
  };
}

function expiryOf(body: LegacyImport, now: Date): string | undefined {
  if (body.no_expiration) return undefined;
  const given = body.expires_at ?? (body.expires_in === undefined ? undefined : now.getTime() + body.expires_in * 1000);
  if (given === undefined) return missing('missing_expires_at', 'expires_at, expires_in or no_expiration');
  const date = new Date(given);
  if (Number.isNaN(date.getTime())) throw new AppError('invalid_expires_at', 'expires_at must be a date');
  return date.toISOString();
}

function missing(
  code: 'missing_api_key' | 'missing_basic_username' | 'missing_access_token' | 'missing_expires_at',
  field: string,
): never {
  throw new AppError(code, `${field} is required`);
}
