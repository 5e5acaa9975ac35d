import { describe, expect, it } from 'vitest';
import { expiryOf } from '#libs/auth-modes';
import { importIssues, storedCredentials } from './import-rules.js';
import { importedCredentials, type ImportedCredentials } from './imported-credentials.js';

const apiKey: ImportedCredentials = { type: 'API_KEY', apiKey: 'sk_1' };

describe('importedCredentials', () => {
  it('reads whatever a date parser takes as expiry', () => {
    for (const expires_at of ['2026-01-05', '2026-01-05T00:00:00+00:00', 1_767_571_200_000]) {
      expect(importedCredentials.parse({ type: 'OAUTH2', access_token: 't', expires_at })).toMatchObject({
        expires_at: '2026-01-05T00:00:00.000Z',
      });
    }
    for (const expires_at of ['soon', '-270000-01-01T00:00:00Z', 9e15, null]) {
      expect(importedCredentials.safeParse({ type: 'OAUTH2', access_token: 't', expires_at }).success).toBe(false);
    }
  });

  it('takes empty names and passwords, but no empty key', () => {
    expect(importedCredentials.safeParse({ type: 'BASIC', username: '', password: '' }).success).toBe(true);
    expect(importedCredentials.safeParse({ type: 'BASIC', username: '' }).success).toBe(false);
    expect(importedCredentials.safeParse({ type: 'API_KEY', apiKey: '' }).success).toBe(false);
  });

  it('names the discriminator when the type cannot be imported', () => {
    const { error } = importedCredentials.safeParse({ type: 'JWT', token: 'x' });
    expect(error?.issues.map(({ code, path }) => [code, path])).toEqual([['invalid_union', ['type']]]);
  });
});

describe('importIssues', () => {
  it("wants the provider's own type", () => {
    expect(importIssues({ auth_mode: 'BASIC' }, apiKey, {})).toMatchObject([{ path: ['credentials', 'type'] }]);
    expect(importIssues({ auth_mode: 'API_KEY' }, apiKey, {})).toEqual([]);
  });

  it("applies the provider's patterns to credentials and config", () => {
    const provider = {
      auth_mode: 'API_KEY',
      credentials: { apiKey: { pattern: '^pk_' } },
      connection_config: { region: { enum: ['eu'] }, optional: { pattern: '^x$' } },
    };
    const issues = importIssues(provider, apiKey, { region: 'us', other: 1 });
    expect(issues.map(({ path }) => path)).toEqual([
      ['credentials', 'apiKey'],
      ['connection_config', 'region'],
    ]);
  });

  it('wants an account for TBA', () => {
    const tba: ImportedCredentials = { type: 'TBA', token_id: 'a', token_secret: 'b' };
    expect(importIssues({ auth_mode: 'TBA' }, tba, {})).toMatchObject([{ path: ['connection_config', 'accountId'] }]);
    expect(importIssues({ auth_mode: 'TBA' }, tba, { accountId: '1' })).toEqual([]);
  });
});

describe('storedCredentials', () => {
  it('keeps what was given as raw where the type shows it', () => {
    const token = { access_token: 'a', refresh_token: 'r', expires_at: '2026-01-05T00:00:00.000Z' };
    const given: ImportedCredentials = { type: 'OAUTH2', ...token, config_override: { client_id: 'c' } };
    expect(storedCredentials(given)).toEqual({ type: 'OAUTH2', ...token, config_override: { client_id: 'c' }, raw: token });
    expect(storedCredentials(apiKey)).toEqual(apiKey);
  });

  it('says when credentials end', () => {
    expect(expiryOf({ type: 'OAUTH2', expires_at: '2026-01-05T00:00:00.000Z' })).toEqual(new Date('2026-01-05'));
    expect(expiryOf(apiKey)).toBeNull();
  });
});
