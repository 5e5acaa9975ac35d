import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { customer, farm, stack, wrongSecret } from '../auth/support/world.js';
import { clickForPopup, decide, Host, outcomeOf } from './support/host.js';

/** `@nangohq/frontend` in Chromium, with the provider's pages in a window (spec/api.md §3.17, §4.2). */
const browser = inject('chromium');
const { id: client_id, secret: client_secret } = farm.apps.oidc;
const oauth = (secret = client_secret) =>
  customer.integration('farm-oidc', {
    credentials: { type: 'OAUTH2', client_id, client_secret: secret, scopes: 'openid,offline_access' },
  });

describe.skipIf(!browser)('nango.auth()', () => {
  let host: Host;
  let key: string;
  beforeAll(async () => {
    host = await Host.start(browser ?? '');
    key = await oauth();
  });
  afterEach(() => host.reset());
  afterAll(() => host.stop());

  const options = (token: string) => JSON.stringify({ host: stack.baseUrl, connectSessionToken: token });
  const auth = async (integration: string, more: object = {}, token?: string) =>
    host.open(
      `return new Nango(${options(token ?? (await customer.session()))}).auth(${JSON.stringify(integration)}, ${JSON.stringify(more)})`,
    );

  it('connects an account in a window that closes by itself', async () => {
    const page = await auth(key);
    const popup = await clickForPopup(page);
    await decide(popup, 'Approve');
    const { value } = await outcomeOf(page);
    expect(value).toEqual({ providerConfigKey: key, connectionId: expect.any(String), isPending: false });
    await expect.poll(() => popup.isClosed()).toBe(true);
    expect(await customer.who(key, value?.connectionId ?? '')).toMatch(/^user-/);
  });

  it('tells why it did not', async () => {
    const denied = await auth(key);
    const popup = await clickForPopup(denied);
    await decide(popup, 'Deny');
    expect((await outcomeOf(denied)).error).toEqual({
      type: 'callback_err',
      message: expect.stringContaining('the user said no'),
    });
    const wrong = await auth(await oauth(await wrongSecret()));
    await decide(await clickForPopup(wrong), 'Approve');
    expect((await outcomeOf(wrong)).error).toEqual({ type: 'token_err', message: expect.stringMatching(/.{10}/) });
  });

  it('leaves a page that says what went wrong, and how to go on', async () => {
    const page = await auth(
      await customer.integration('farm-oidc-tenant', {
        credentials: { type: 'OAUTH2', client_id, client_secret, scopes: 'openid' },
      }),
    );
    const popup = await clickForPopup(page);
    expect((await outcomeOf(page)).error).toEqual({ type: 'url_param_err', message: expect.stringContaining('tenant') });
    // The SDK closes the window once it was told; the page is there for those who came by a link.
    await expect.poll(() => popup.isClosed() || popup.getByRole('alert').count()).toBeTruthy();
  });

  it('notices that the window was closed, if it is asked to', async () => {
    const page = await auth(key, { detectClosedAuthWindow: true });
    const popup = await clickForPopup(page);
    await popup.getByRole('button', { name: 'Approve' }).waitFor();
    await popup.close();
    expect((await outcomeOf(page)).error).toMatchObject({ type: 'window_closed' });
  });

  it('needs no window for a key, and tells why it was refused', async () => {
    const apiKey = await customer.integration('farm-api-key');
    const page = await auth(apiKey, { credentials: { apiKey: farm.users.apiKey.apiKey } });
    await page.click('#go');
    expect((await outcomeOf(page)).value).toEqual({ providerConfigKey: apiKey, connectionId: expect.any(String) });
    const refused = await auth(apiKey, { credentials: { apiKey: await wrongSecret() } });
    await refused.click('#go');
    expect((await outcomeOf(refused)).error).toEqual({ type: 'connection_test_failed', message: expect.any(String) });
  });

  it('connects without any credentials, and by OAuth 1', async () => {
    const none = await customer.integration('farm-none');
    const page = await host.open(`return new Nango(${options(await customer.session())}).create(${JSON.stringify(none)})`);
    await page.click('#go');
    expect((await outcomeOf(page)).value).toMatchObject({ providerConfigKey: none });
    const { id, secret } = farm.apps.oauth1;
    const signed = await customer.integration('farm-oauth1', {
      credentials: { type: 'OAUTH1', client_id: id, client_secret: secret },
    });
    const windowed = await auth(signed);
    await decide(await clickForPopup(windowed), 'Approve');
    expect((await outcomeOf(windowed)).value).toMatchObject({ providerConfigKey: signed });
  });

  it('renews a connection in a session for that', async () => {
    const id = await customer.authorize(key);
    const { data } = await customer.nango.createReconnectSession({ connection_id: id, integration_id: key });
    const page = await host.open(`return new Nango(${options(data.token)}).reconnect(${JSON.stringify(key)})`);
    await decide(await clickForPopup(page), 'Approve');
    expect((await outcomeOf(page)).value).toMatchObject({ connectionId: id });
  });
});
