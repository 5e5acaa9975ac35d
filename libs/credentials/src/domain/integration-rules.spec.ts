import { describe, expect, it } from 'vitest';
import { integrationIssues, mergeCredentials } from './integration-rules.js';

const paths = (...parameters: Parameters<typeof integrationIssues>) =>
  integrationIssues(...parameters).map(({ path }) => path.join('.'));
const client = { type: 'OAUTH2', client_id: 'a', client_secret: 'b' };

describe('integrationIssues', () => {
  it('wants credentials of the right type where a developer registers an app', () => {
    expect(paths({ auth_mode: 'OAUTH2' }, {}, true)).toEqual(['credentials']);
    expect(paths({ auth_mode: 'OAUTH2' }, {}, false)).toEqual([]);
    expect(paths({ auth_mode: 'OAUTH2' }, { credentials: client }, true)).toEqual([]);
    expect(paths({ auth_mode: 'OAUTH1' }, { credentials: client }, true)).toEqual(['credentials.type']);
    expect(paths({ auth_mode: 'API_KEY' }, {}, true)).toEqual([]);
  });

  it('wants a client of an MCP server only where it neither registers itself nor is known by an address', () => {
    for (const client_registration of ['dynamic', 'cimd']) {
      expect(paths({ auth_mode: 'MCP_OAUTH2', client_registration }, {}, true)).toEqual([]);
    }
    expect(paths({ auth_mode: 'MCP_OAUTH2', client_registration: 'static' }, {}, true)).toEqual(['credentials']);
    expect(paths({ auth_mode: 'MCP_OAUTH2_GENERIC' }, {}, true)).toEqual([]);
  });

  it('takes only declared settings, and custom ones only where none are declared', () => {
    const provider = { auth_mode: 'API_KEY', integration_config: { placement: { enum: ['header', 'query'] } } };
    expect(paths(provider, { integrationConfig: { placement: 'header' } }, true)).toEqual([]);
    expect(paths(provider, { integrationConfig: { placement: 'body', toString: 'x' } }, true)).toEqual([
      'integration_config.toString',
      'integration_config.placement',
    ]);
    expect(paths(provider, { custom: { a: 'b' } }, true)).toEqual(['custom']);
    expect(paths({ auth_mode: 'API_KEY' }, { custom: { a: 'b' } }, true)).toEqual([]);
    expect(paths({ auth_mode: 'API_KEY' }, { integrationConfig: { a: 'b' } }, true)).toEqual(['integration_config.a']);
  });
});

describe('mergeCredentials', () => {
  const stored = { ...client, scopes: 'read', webhook_secret: 'w' };

  it('keeps what a change does not name, and removes an emptied webhook secret', () => {
    expect(mergeCredentials(stored, undefined)).toBe(stored);
    expect(mergeCredentials(stored, { ...client, client_id: 'new' })).toEqual({ ...stored, client_id: 'new' });
    expect(mergeCredentials(stored, { ...client, webhook_secret: '' })).toEqual({ ...stored, webhook_secret: null });
  });

  it('starts anew when the type changes or nothing was stored', () => {
    const app = { type: 'APP', app_id: '1' };
    expect(mergeCredentials(stored, app)).toEqual(app);
    expect(mergeCredentials(null, app)).toEqual(app);
  });
});
