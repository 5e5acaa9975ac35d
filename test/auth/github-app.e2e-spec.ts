import { beforeAll, expect, it } from 'vitest';
import { claimInstallation, expectDenial, expectSessionGuards, expectStateGuards } from './support/browser-refusals.js';
import type { SessionOptions } from './support/published.js';
import { expectRevocationStory } from './support/refusals.js';
import { untilDue } from './support/renewal.js';
import { counting, customer, farm, stack } from './support/world.js';

/** APP (spec/auth.md §2.9). */
const { appId, privateKey } = farm.apps.github;
const app = (private_key = privateKey) =>
  customer.integration('farm-github', {
    credentials: { type: 'APP', app_id: appId, app_link: `${farm.url}/github/apps/app`, private_key },
  });
let key: string;
beforeAll(async () => {
  key = await app();
});

it('connects an installation, and renews its token', async () => {
  const calls = await counting('github.tokens');
  const id = await customer.authorize(key);
  await untilDue();
  const { credentials, connection_config: config } = await customer.connection(key, id);
  expect(credentials).toMatchObject({
    type: 'APP',
    access_token: expect.any(String),
    expires_at: expect.any(String),
    raw: { permissions: {} },
  });
  expect(config).toMatchObject({ installation_id: expect.any(String), app_id: appId });
  expect(await customer.who(key, id)).toMatch(/^installation-/);
  expect(await calls()).toEqual([2]);
});

it('gives an installation to nobody but those who connected it', async () => {
  const ada = { end_user: { id: `ada-${key}` } };
  const { connection_config: config } = await customer.connection(key, await customer.authorize(key, { session: ada }));
  const claim = (session: SessionOptions) => claimInstallation(key, String(config['installation_id']), session);
  expect(await claim({ end_user: { id: 'eve' } })).toMatchObject({ message_type: 'error', error_type: 'callback_err' });
  expect(await claim(ada)).toMatchObject({ message_type: 'success' });
});

it('sends those who installed without us back to where they came from', async () => {
  const reply = await fetch(`${stack.baseUrl}/app-auth/connect?installation_id=1&setup_action=install`, { redirect: 'manual' });
  expect([reply.status, reply.headers.get('location')]).toEqual([302, expect.stringContaining('github.com')]);
});

it('ends where the user says no', () => expectDenial(key, 'APP'));

it('ends where the key is not the app’s', async () => {
  const { outcome } = await customer.flow(await app(farm.users.jwt.privateKey));
  expect(outcome).toMatchObject({ message_type: 'error', error_type: 'token_err' });
});

it('needs a state that is known, new and in time', () => expectStateGuards(key));

it('needs a session for it', () => expectSessionGuards(key));

it('says so when the app was removed, and when it is back', () =>
  expectRevocationStory({ key, connect: (options) => customer.authorize(key, options), who: (id) => customer.who(key, id) }));
