import type { ImportedCredentials } from '#libs/credentials';
import { AppError, type ErrorCode } from '#libs/kernel';
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
    case 'OAUTH2_CC':
      return clientCredentials(body, now);
    case 'OAUTH1':
      return { type: 'OAUTH1', oauth_token: body.oauth_token ?? '', oauth_token_secret: body.oauth_token_secret ?? '' };
    case 'TBA':
      return { type: 'TBA', token_id: body.token_id ?? '', token_secret: body.token_secret ?? '', ...overrideOf(body) };
    case 'APP':
    case 'CUSTOM':
      return {
        type: authMode,
        app_id: body.app_id || missing('missing_app_id', 'app_id'),
        installation_id: body.installation_id || missing('missing_installation_id', 'installation_id'),
      };
    default:
      throw new AppError('unsupported_auth', `connections of type ${authMode} are imported by POST /connections`);
  }
}

function oauth2(body: LegacyImport, now: Date): ImportedCredentials {
  const expiresAt = expiryOf(body, now);
  if (expiresAt === undefined) return missing('missing_expires_at', 'expires_at, expires_in or no_expiration');
  return {
    type: 'OAUTH2',
    access_token: body.access_token || missing('missing_access_token', 'access_token'),
    ...(body.refresh_token ? { refresh_token: body.refresh_token } : {}),
    ...(expiresAt ? { expires_at: expiresAt } : {}),
    ...overrideOf(body),
  };
}

function clientCredentials(body: LegacyImport, now: Date): ImportedCredentials {
  const expiresAt = expiryOf(body, now);
  return {
    type: 'OAUTH2_CC',
    token: body.access_token || missing('missing_access_token', 'access_token'),
    client_id: body.oauth_client_id_override || missing('missing_client_id', 'oauth_client_id_override'),
    client_secret: body.oauth_client_secret_override || missing('missing_client_secret', 'oauth_client_secret_override'),
    ...(expiresAt ? { expires_at: expiresAt } : {}),
  };
}

function overrideOf({ oauth_client_id_override: id, oauth_client_secret_override: secret }: LegacyImport) {
  const override = { ...(id ? { client_id: id } : {}), ...(secret ? { client_secret: secret } : {}) };
  return Object.keys(override).length > 0 ? { config_override: override } : {};
}

/** Null where the token does not end; undefined where nobody says. */
function expiryOf(body: LegacyImport, now: Date): string | null | undefined {
  if (body.no_expiration) return null;
  const given = body.expires_at ?? (body.expires_in === undefined ? undefined : now.getTime() + body.expires_in * 1000);
  if (given === undefined) return undefined;
  const date = new Date(given);
  if (Number.isNaN(date.getTime())) throw new AppError('invalid_expires_at', 'expires_at must be a date');
  return date.toISOString();
}

function missing(code: ErrorCode & `missing_${string}`, field: string): never {
  throw new AppError(code, `${field} is required`);
}
