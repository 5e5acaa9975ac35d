import { describe, expect, it } from 'vitest';
import { toConnection, toConnectionListItem } from './connection.presenter.js';
import type { Connection } from './credentials.types.js';

const date = new Date('2026-01-05T10:00:00.123Z');
const connection: Connection = {
  id: 812,
  integrationId: 3,
  environmentId: 1,
  connectionId: '6f1c',
  providerConfigKey: 'crm',
  provider: 'hubspot',
  webhookUrlOverride: null,
  credentials: { type: 'OAUTH2', access_token: 'a', refresh_token: 'r', raw: { access_token: 'a', refresh_token: 'r' } },
  connectionConfig: { region: 'eu', refreshToken: 'r', userCredentials: { access_token: 'u' } },
  publicConfig: { region: 'eu' },
  metadata: null,
  tags: { end_user_id: 'u_1' },
  endUser: { id: 'u_1', email: 'a@b.co' },
  errors: [],
  credentialsVersion: 1,
  refresh: { failedAt: null, savedAt: null, attempts: 0, exhausted: false },
  version: 4,
  createdAt: date,
  updatedAt: date,
  lastFetchedAt: null,
};

describe('toConnection', () => {
  it('is the public object and nothing else', () => {
    expect(toConnection(connection, { dates: 'offset', credentials: true, refreshToken: false })).toEqual({
      id: 812,
      connection_id: '6f1c',
      provider_config_key: 'crm',
      provider: 'hubspot',
      errors: [],
      end_user: { id: 'u_1', display_name: null, email: 'a@b.co', tags: null, organization: null },
      tags: { end_user_id: 'u_1' },
      metadata: null,
      connection_config: { region: 'eu', userCredentials: { access_token: 'u' } },
      webhook_url_override: null,
      created_at: '2026-01-05T10:00:00.123+00:00',
      updated_at: '2026-01-05T10:00:00.123+00:00',
      last_fetched_at: null,
      credentials: { type: 'OAUTH2', access_token: 'a', raw: { access_token: 'a' } },
    });
  });

  it('shows refresh tokens to those who ask, and dates in the form of imports', () => {
    const shown = toConnection({ ...connection, lastFetchedAt: date }, { dates: 'zulu', credentials: true, refreshToken: true });
    expect(shown).toMatchObject({
      credentials: connection.credentials,
      connection_config: { refreshToken: 'r' },
      created_at: '2026-01-05T10:00:00.123Z',
      last_fetched_at: '2026-01-05T10:00:00.123Z',
    });
  });

  it('has no credentials for those who may not see them, and none of type NONE', () => {
    const view = { dates: 'offset', refreshToken: true } as const;
    expect(toConnection(connection, { ...view, credentials: false })).toMatchObject({
      credentials: {},
      connection_config: { region: 'eu' },
    });
    expect(JSON.stringify(toConnection(connection, { ...view, credentials: false }))).not.toContain('access_token');
    const none = { ...connection, credentials: { type: 'NONE' } };
    expect(toConnection(none, { ...view, credentials: true })['credentials']).toEqual({});
  });
});

describe('toConnectionListItem', () => {
  it('has no secrets and no config', () => {
    const created = '2026-01-05T10:00:00.123456+00:00';
    expect(Object.keys(toConnectionListItem({ ...connection, created }))).toEqual([
      'id',
      'connection_id',
      'provider_config_key',
      'provider',
      'errors',
      'end_user',
      'tags',
      'metadata',
      'created',
    ]);
  });
});
