import { beforeAll, expect, it } from 'vitest';
import { expectDenial, expectStateGuards } from './support/browser-refusals.js';
import { refused } from './support/published.js';
import { untilDue } from './support/renewal.js';
import { control, counting, customer, farm } from './support/world.js';

/** OAUTH2 with `oidc-provider`, which nobody here wrote. */
const { id: client_id, secret: client_secret } = farm.apps.oidc;
let key: string;
beforeAll(async () => {
  key = await customer.integration('farm-oidc', {
    credentials: { type: 'OAUTH2', client_id, client_secret, scopes: 'openid,offline_access' },
  });
});

it('connects, renews and rotates', async () => {
  const calls = await counting('oidc.authorization_code', 'oidc.refresh_token');
  const id = await customer.authorize(key);
  await untilDue();
  const first = await customer.connection(key, id, false, true);
  expect(first.credentials['raw']).toMatchObject({ id_token: expect.any(String), scope: expect.stringContaining('openid') });
  const second = await customer.connection(key, id, true, true);
  expect(second.credentials['refresh_token']).not.toBe(first.credentials['refresh_token']);
  expect(await customer.who(key, id)).toMatch(/^user-/);
  expect(await calls()).toEqual([1, 2]);
});

it('ends where the user says no', () => expectDenial(key, 'OAUTH2'));

it('needs a state that is known, new and in time', () => expectStateGuards(key));

it('says so when its tokens are revoked', async () => {
  const id = await customer.authorize(key);
  const who = await customer.who(key, id);
  await control.revoke(who);
  expect(await refused(customer.connection(key, id, true))).toMatchObject({ error: { code: 'invalid_credentials' } });
});
