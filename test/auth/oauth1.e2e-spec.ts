import { beforeAll, expect, it } from 'vitest';
import { expectDenial, expectSessionGuards, expectStateGuards } from './support/browser-refusals.js';
import { expectRefusalPassedOn } from './support/refusals.js';
import { customer, farm, wrongSecret } from './support/world.js';

/** OAUTH1 (spec/auth.md §2.6). */
const { id: client_id, secret: client_secret } = farm.apps.oauth1;
let key: string;
beforeAll(async () => {
  key = await customer.integration('farm-oauth1', { credentials: { type: 'OAUTH1', client_id, client_secret } });
});

it('connects, and signs every call', async () => {
  const id = await customer.authorize(key);
  const { credentials } = await customer.connection(key, id);
  expect(credentials).toMatchObject({
    type: 'OAUTH1',
    oauth_token: expect.any(String),
    oauth_token_secret: expect.any(String),
    raw: { user_id: '42' },
  });
  expect(await customer.nango.getToken(key, id)).toEqual({
    oAuthToken: credentials['oauth_token'],
    oAuthTokenSecret: credentials['oauth_token_secret'],
  });
  expect([await customer.who(key, id), await customer.who(key, id)]).toEqual([
    expect.stringMatching(/^user-/),
    expect.any(String),
  ]);
});

it('ends where the user says no', () => expectDenial(key, 'OAUTH1'));

it('ends where the secret is wrong, before the user is asked', async () => {
  const wrong = await customer.integration('farm-oauth1', {
    credentials: { type: 'OAUTH1', client_id, client_secret: await wrongSecret() },
  });
  const { outcome, landing } = await customer.flow(wrong);
  expect(outcome).toMatchObject({ message_type: 'error', error_type: 'token_err' });
  expect(landing.status).toBe(400);
});

it('needs a state that is known, new and in time', () => expectStateGuards(key));

it('needs a session for it', () => expectSessionGuards(key));

it('passes on that access was taken away', async () => {
  await expectRefusalPassedOn(key, await customer.authorize(key));
});
