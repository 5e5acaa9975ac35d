import { describe, expect, it } from 'vitest';
import { legacyCredentials } from './legacy-credentials.js';
import type { LegacyImport } from './legacy.dto.js';

const now = new Date('2026-01-05T10:00:00.000Z');
const codeFrom = (authMode: string, body: LegacyImport): unknown => {
  try {
    return legacyCredentials(authMode, body, now);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('legacyCredentials', () => {
  it.each([
    ['API_KEY', { api_key: 'k' }, { type: 'API_KEY', apiKey: 'k' }],
    ['BASIC', { username: 'u' }, { type: 'BASIC', username: 'u', password: '' }],
    ['NONE', {}, { type: 'NONE' }],
    ['OAUTH2', { access_token: 'a', no_expiration: true }, { type: 'OAUTH2', access_token: 'a' }],
    [
      'OAUTH2',
      { access_token: 'a', expires_in: 60, refresh_token: 'r', oauth_client_id_override: 'c' },
      {
        type: 'OAUTH2',
        access_token: 'a',
        refresh_token: 'r',
        expires_at: '2026-01-05T10:01:00.000Z',
        config_override: { client_id: 'c' },
      },
    ],
    [
      'OAUTH2_CC',
      { access_token: 'a', oauth_client_id_override: 'i', oauth_client_secret_override: 's' },
      { type: 'OAUTH2_CC', token: 'a', client_id: 'i', client_secret: 's' },
    ],
    ['OAUTH1', { oauth_token: 'a', oauth_token_secret: 's' }, { type: 'OAUTH1', oauth_token: 'a', oauth_token_secret: 's' }],
    [
      'TBA',
      { token_id: 'a', token_secret: 's', oauth_client_id_override: 'i' },
      { type: 'TBA', token_id: 'a', token_secret: 's', config_override: { client_id: 'i' } },
    ],
    ['APP', { app_id: '1', installation_id: '2' }, { type: 'APP', app_id: '1', installation_id: '2' }],
    ['CUSTOM', { app_id: '1', installation_id: '2' }, { type: 'CUSTOM', app_id: '1', installation_id: '2' }],
    ['OAUTH2_CC', {}, 'missing_access_token'],
    ['OAUTH2_CC', { access_token: 'a' }, 'missing_client_id'],
    ['OAUTH2_CC', { access_token: 'a', oauth_client_id_override: 'i' }, 'missing_client_secret'],
    ['APP', { installation_id: '2' }, 'missing_app_id'],
    ['APP', { app_id: '1' }, 'missing_installation_id'],
    ['API_KEY', {}, 'missing_api_key'],
    ['BASIC', { password: 'p' }, 'missing_basic_username'],
    ['OAUTH2', { no_expiration: true }, 'missing_access_token'],
    ['OAUTH2', { access_token: 'a' }, 'missing_expires_at'],
    ['OAUTH2', { access_token: 'a', expires_at: 'soon' }, 'invalid_expires_at'],
    ['JWT', {}, 'unsupported_auth'],
  ])('reads a flat %s body %j', (authMode, body, expected) => {
    expect(codeFrom(authMode, body)).toEqual(expected);
  });
});
