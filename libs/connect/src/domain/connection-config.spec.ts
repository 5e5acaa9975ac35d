import { describe, expect, it } from 'vitest';
import { type ConfigSources, finalConfig, fixedConfig, initialConfig, toldFields } from './connection-config.js';

const nothing: ConfigSources = { fields: {}, told: new Set(), stored: {}, params: {}, overrides: {}, defaults: undefined };
const begin = (sources: Partial<ConfigSources>) => initialConfig({ ...nothing, ...sources });

describe('the configuration a flow begins with', () => {
  it('takes params, and the catalogue’s defaults for what is missing', () => {
    const fields = { region: { default_value: 'eu' }, host: {} };
    expect(begin({ fields, params: { host: 'a' } })).toEqual({ host: 'a', region: 'eu' });
  });

  it('lets the developer’s settings win, but for empty ones, which ask the user', () => {
    const defaults = { host: 'set', oauth_client_id_override: '', name: '' };
    const overrides = { oauth_client_id_override: 'mine', oauth_client_secret_override: '' };
    expect(begin({ params: { host: 'given' }, overrides, defaults })).toEqual({
      host: 'set',
      oauth_client_id_override: 'mine',
      name: '',
    });
  });

  it('lets nobody set from a browser what only the server or a provider knows', () => {
    const params = { webhook_url: 'https://x', installation_id: '1', cloudId: '2', host: 'a' };
    expect(begin({ params, fields: { cloudId: { automated: true } } })).toEqual({ host: 'a' });
  });

  it('lets nobody pass for another account by what webhooks and addresses are found by', () => {
    const provider = {
      token_response_metadata: ['team.id', 'instance_url'],
      redirect_uri_metadata: ['realmId'],
      webhook_response_metadata: ['installation.uuid'],
      connection_configuration: ['portalId', 'extension'],
    };
    const params = {
      'team.id': 'T1',
      instance_url: 'https://evil.example',
      realmId: '1',
      'installation.uuid': 'u',
      portalId: '2',
      extension: 'eu',
    };
    // What a form asks for too is the user's to say.
    const fields = { extension: {} };
    const told = toldFields(provider);
    expect(begin({ params, fields, told })).toEqual({ extension: 'eu' });
    expect(begin({ params, fields, told, defaults: { portalId: '7' } })).toEqual({ extension: 'eu', portalId: '7' });
  });

  it('takes scopes from a session alone, or from a page with a public key', () => {
    const params = { oauth_scopes_override: 'admin' };
    expect(begin({ params })).toEqual(params);
    expect(begin({ params, defaults: {} })).toEqual({});
    expect(begin({ params, defaults: { oauth_scopes_override: 'read' } })).toEqual({ oauth_scopes_override: 'read' });
  });

  it('keeps inputs of a renewed connection, not what providers had answered', () => {
    const stored = { host: 'old', region: 'eu', cloudId: '1', team: 't' };
    const fields = { host: {}, region: {}, cloudId: { automated: true } };
    expect(begin({ fields, stored, params: { host: 'new' } })).toEqual({ host: 'new', region: 'eu' });
  });
});

describe('the configuration to keep', () => {
  const provider = { token_response_metadata: ['instance_url', 'team'] };

  it('is filled from the answer, except where the developer had decided', () => {
    const fixed = fixedConfig({ instance_url: 'https://set', team: '' });
    const begun = { instance_url: 'https://set', team: '', host: 'a' };
    const answered = { instance_url: 'https://other', team: 't1', region: 'us' };
    expect(finalConfig(begun, fixed, answered, provider)).toEqual({
      instance_url: 'https://set',
      team: 't1',
      host: 'a',
      region: 'us',
    });
  });

  it('holds no OAuth overrides but scopes, as a list', () => {
    const begun = { oauth_client_id_override: 'a', oauth_refresh_token_override: 'b', oauth_scopes_override: 'x,y' };
    expect(finalConfig(begun, {}, {}, {})).toEqual({ oauth_scopes_override: ['x', 'y'] });
  });
});
