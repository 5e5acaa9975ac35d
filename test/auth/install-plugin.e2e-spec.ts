import { beforeAll, expect, it } from 'vitest';
import { expectDenial, expectSessionGuards, expectStateGuards } from './support/browser-refusals.js';
import { expectRefusalPassedOn } from './support/refusals.js';
import { customer, farm, wrongSecret } from './support/world.js';

/** INSTALL_PLUGIN (spec/auth.md §2.17). */
const { who, username, password } = farm.users.plugin;
const plugin = (secret = password) =>
  customer.integration('farm-plugin', { custom: { app_link: `${farm.url}/plugin/install`, username, password: secret } });
let key: string;
beforeAll(async () => {
  key = await plugin();
});

it('connects by an installation, and calls with the integration’s login', async () => {
  const id = await customer.authorize(key);
  const connection = await customer.connection(key, id);
  expect(connection).toMatchObject({
    credentials: { type: 'BASIC', username, password },
    connection_config: { website_id: 'website-1' },
  });
  expect(await customer.who(key, id)).toBe(who);
});

it('ends where the user says no', () => expectDenial(key, 'INSTALL_PLUGIN'));

it('ends where the integration’s login is wrong', async () => {
  const { outcome } = await customer.flow(await plugin(await wrongSecret()));
  expect(outcome).toMatchObject({ message_type: 'error', error_type: 'connection_test_failed' });
});

it('needs a state that is known, new and in time', () => expectStateGuards(key));

it('needs a session for it', () => expectSessionGuards(key));

it('passes on that the provider takes the login no more', async () => {
  await expectRefusalPassedOn(key, await customer.authorize(key));
});
