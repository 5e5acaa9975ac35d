import { describe, expect, it } from 'vitest';
import { splitConfig } from './secret-config.js';

describe('splitConfig', () => {
  it('seals what the catalogue calls secret, and what is one by its name', () => {
    const config = {
      subdomain: 'acme',
      applicationKey: 'k',
      pin: '1234',
      sharepointAccessToken: { token: 't' },
      'incoming_webhook.url': 'https://hooks.example.com/1',
      'team.id': 'T1',
      pending: true,
    };
    expect(splitConfig({ pin: { secret: true }, subdomain: {} }, config)).toEqual({
      connectionConfig: { subdomain: 'acme', 'team.id': 'T1', pending: true },
      secretConfig: {
        applicationKey: 'k',
        pin: '1234',
        sharepointAccessToken: { token: 't' },
        'incoming_webhook.url': 'https://hooks.example.com/1',
      },
    });
  });

  it('loses nothing where nothing is declared', () => {
    expect(splitConfig(undefined, { a: 1, userCredentials: {} })).toEqual({
      connectionConfig: { a: 1 },
      secretConfig: { userCredentials: {} },
    });
  });
});
