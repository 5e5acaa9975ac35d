import { describe, expect, it } from 'vitest';
import type { Integration } from './credentials.types.js';
import { toIntegration } from './integration.presenter.js';

const date = new Date('2026-01-05T10:00:00.123Z');
const integration: Integration = {
  id: 3,
  environmentId: 1,
  uniqueKey: 'my crm',
  provider: 'hubspot',
  displayName: null,
  forwardWebhooks: true,
  credentials: { type: 'OAUTH2', client_id: 'a', client_secret: 'b' },
  custom: {},
  createdAt: date,
  updatedAt: date,
};
const links = { serverUrl: 'https://fairlead.example', environmentUuid: 'uuid' };
const hubspot = { display_name: 'HubSpot', auth_mode: 'OAUTH2', webhook_routing_script: 'hubspotWebhookRouting' };

describe('toIntegration', () => {
  it('is the public object, named as its provider where it has no name', () => {
    expect(toIntegration(integration, hubspot, links)).toEqual({
      unique_key: 'my crm',
      provider: 'hubspot',
      display_name: 'HubSpot',
      logo: 'https://fairlead.example/images/template-logos/hubspot.svg',
      forward_webhooks: true,
      created_at: '2026-01-05T10:00:00.123Z',
      updated_at: '2026-01-05T10:00:00.123Z',
    });
    expect(toIntegration(integration, undefined, links)['display_name']).toBe('hubspot');
  });

  it('includes the webhook address and credentials on request', () => {
    const include = { webhook: true, credentials: true };
    expect(toIntegration(integration, hubspot, links, include)).toMatchObject({
      webhook_url: 'https://fairlead.example/webhook/uuid/my%20crm',
      credentials: { type: 'OAUTH2', client_id: 'a', client_secret: 'b', scopes: null, webhook_secret: null },
    });
    const keyed = { display_name: 'Keyed', auth_mode: 'API_KEY' };
    const bare = { ...integration, credentials: null };
    expect(toIntegration(bare, keyed, links, include)).toMatchObject({ webhook_url: null, credentials: null });
    expect(toIntegration(bare, { ...keyed, auth_mode: 'TBA' }, links, include)['credentials']).toEqual({
      type: 'TBA',
      client_id: null,
      client_secret: null,
      scopes: null,
      webhook_secret: null,
    });
  });

  it('labels keys and names what is preset', () => {
    const provider = { display_name: 'P', auth_mode: 'TWO_STEP', integration_config: { user: {}, site: {} } };
    const custom = { keyLabel: 'Site key', site: 'eu' };
    expect(toIntegration({ ...integration, custom }, provider, links)).toMatchObject({
      credentials_label: { apiKey: 'Site key' },
      preconfigured_credentials: ['site'],
    });
  });
});
