import { describe, expect, it } from 'vitest';
import { type AuthEvent, authPayload, isWanted } from './auth-event.js';

const event: AuthEvent = {
  operation: 'creation',
  connectionId: 'c1',
  providerConfigKey: 'crm',
  authMode: 'OAUTH2',
  provider: 'hubspot',
};

describe('authPayload', () => {
  it('tells of a success with end user and tags', () => {
    const endUser = { id: 'u1', organization: { id: 'o1' } };
    expect(authPayload({ ...event, tags: { plan: 'pro' }, endUser }, 'dev')).toEqual({
      from: 'nango',
      type: 'auth',
      operation: 'creation',
      connectionId: 'c1',
      providerConfigKey: 'crm',
      authMode: 'OAUTH2',
      provider: 'hubspot',
      environment: 'dev',
      success: true,
      tags: { plan: 'pro' },
      endUser: { endUserId: 'u1', endUserEmail: null, organizationId: 'o1', tags: {} },
    });
  });

  it('tells of a failure by its error alone', () => {
    const error = { type: 'invalid_grant', description: 'the grant is gone' };
    expect(authPayload({ ...event, operation: 'refresh', tags: {}, error }, 'prod')).toMatchObject({ success: false, error });
    expect(authPayload({ ...event, tags: {}, error }, 'prod')).not.toHaveProperty('tags');
  });
});

describe('isWanted', () => {
  it('asks the switch of the operation; overrides have none', () => {
    const off = { on_auth_creation: false, on_auth_refresh_error: false };
    const wanted = (['creation', 'refresh', 'override'] as const).map((operation) => isWanted({ ...event, operation }, off));
    expect(wanted).toEqual([false, false, true]);
    expect(isWanted(event, { on_auth_creation: true, on_auth_refresh_error: false })).toBe(true);
  });
});
