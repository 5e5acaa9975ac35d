import { expect, it } from 'vitest';
import { expectDenial, expectOtherBrowserRefused, expectStateGuards } from './support/browser-refusals.js';
import { expectRevocationStory } from './support/refusals.js';
import { customer, farm, wrongSecret } from './support/world.js';

/** CUSTOM: an app that is installed, and a user who signed in (spec/auth.md §2.10). */
const { github, githubOauth } = farm.apps;
const app = (name: string, client_secret = githubOauth.secret) =>
  customer.integration('farm-github-oauth', {
    credentials: {
      type: 'CUSTOM',
      client_id: githubOauth.id,
      client_secret,
      app_id: github.appId,
      app_link: `${farm.url}/github/apps/${name}`,
      private_key: github.privateKey,
    },
  });

it('holds the installation’s token, and the user’s beside it', async () => {
  const key = await app('oauth');
  const id = await customer.authorize(key);
  const { credentials, connection_config: config } = await customer.connection(key, id);
  expect(credentials).toMatchObject({ type: 'APP', access_token: expect.any(String) });
  expect(config).toMatchObject({ installation_id: expect.any(String), userCredentials: { access_token: expect.any(String) } });
  expect(await customer.who(key, id)).toMatch(/^installation-/);
});

it('waits for an administrator where one has to agree', async () => {
  const key = await app('pending');
  const { outcome } = await customer.flow(key);
  expect(outcome).toMatchObject({ message_type: 'success', is_pending: true });
  const { credentials, connection_config: config } = await customer.connection(key, outcome.connection_id ?? '');
  expect(credentials).toMatchObject({ type: 'OAUTH2', access_token: expect.any(String) });
  expect(config).toMatchObject({ pending: true });
});

it('ends where the user says no', async () => expectDenial(await app('oauth'), 'CUSTOM'));

it('ends where the client’s secret is wrong, although the provider answers 200', async () => {
  const { outcome } = await customer.flow(await app('oauth', await wrongSecret()));
  expect(outcome).toMatchObject({ message_type: 'error', error_type: 'token_err' });
});

it('needs a state that is known, new and in time', async () => expectStateGuards(await app('oauth')));

it('ends in the browser it was begun in', async () => expectOtherBrowserRefused(await app('oauth')));

it('says so when the app was removed, and when it is back', async () => {
  const key = await app('oauth');
  await expectRevocationStory({
    key,
    connect: (options) => customer.authorize(key, options),
    who: (id) => customer.who(key, id),
  });
});
