import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Page } from 'playwright-core';
import { customer, farm, stack, wrongSecret } from '../auth/support/world.js';
import { button, choose, connect, connectInWindow, fill, title } from '../connect-ui/support/steps.js';
import { deploy } from '../e2e/support/functions.js';
import { connectUi, decide, eventsOf, Host } from './support/host.js';

/** `openConnectUI()` of `@nangohq/frontend` with our Connect UI, server and providers (spec/auth.md §7). */
const browser = inject('chromium');

describe.skipIf(!browser)('openConnectUI()', () => {
  let host: Host;
  let oauth: string;
  let apiKey: string;
  beforeAll(async () => {
    host = await Host.start(browser ?? '');
    const { id: client_id, secret: client_secret } = farm.apps.oidc;
    oauth = await customer.integration('farm-oidc', {
      credentials: { type: 'OAUTH2', client_id, client_secret, scopes: 'openid,offline_access' },
    });
    apiKey = await customer.integration('farm-api-key');
  });
  afterEach(() => host.reset());
  afterAll(() => host.stop());

  const open = async (token: string, more: object = {}): Promise<Page> => {
    const ui = { sessionToken: token, baseURL: stack.connectUiUrl, apiURL: stack.baseUrl, ...more };
    const page = await host.open(`
      new Nango({ host: ${JSON.stringify(stack.baseUrl)} }).openConnectUI({
        ...${JSON.stringify(ui)}, onEvent: (event) => void window.events.push(event),
      });`);
    await page.click('#go');
    return page;
  };
  const both = () => customer.session({ allowed_integrations: [oauth, apiKey] });
  const connectEvent = async (page: Page) => {
    const find = async () => (await eventsOf(page)).find(({ type }) => type === 'connect');
    await expect.poll(find).toBeDefined();
    return (await find())?.payload as { providerConfigKey: string; connectionId: string };
  };

  it('lists what the session allows, asks for a key, and says what is wrong with one', async () => {
    const page = await open(await both());
    const frame = connectUi(page);
    await choose(frame, 'Farm key');
    await fill(frame, { 'API key': await wrongSecret() });
    await connect(frame);
    await expect.poll(async () => (await eventsOf(page)).map(({ type }) => type)).toContain('error');
    await expect.poll(() => title(frame).textContent()).toBe('These credentials were not accepted');
    await button(frame, 'Back').click();
    await fill(frame, { 'API key': farm.users.apiKey.apiKey });
    await connect(frame);
    const { providerConfigKey, connectionId } = await connectEvent(page);
    expect(providerConfigKey).toBe(apiKey);
    expect(await customer.who(apiKey, connectionId)).toBe(farm.users.apiKey.who);
    await expect.poll(() => title(frame).textContent()).toBe('Farm key is connected');
    await button(frame, 'Finish').click();
    await expect.poll(() => page.locator('iframe').count()).toBe(0);
  });

  it('shows why a function of the developer refuses an account', async () => {
    const guarded = await customer.integration('farm-api-key');
    await deploy(customer.api, guarded, [
      { type: 'action', name: 'ping', exec: 'return 1;' },
      {
        type: 'on-event',
        name: 'check',
        event: 'validate-connection',
        exec: `throw new nango.ActionError({ message: 'Connect as an administrator of your workspace' });`,
      },
    ]);
    const page = await open(await customer.session({ allowed_integrations: [guarded] }));
    const frame = connectUi(page);
    await fill(frame, { 'API key': farm.users.apiKey.apiKey });
    await connect(frame);
    await expect.poll(() => title(frame).textContent()).toBe('This account cannot be used');
    await frame.getByRole('alert').getByText('Connect as an administrator of your workspace').waitFor();
  });

  it('leads through the provider’s pages in a window', async () => {
    const page = await open(await both());
    const frame = connectUi(page);
    await choose(frame, 'Farm OpenID');
    const popup = await connectInWindow(page, frame);
    await decide(popup, 'Approve');
    const { connectionId } = await connectEvent(page);
    expect(await customer.who(oauth, connectionId)).toMatch(/^user-/);
    await expect.poll(() => popup.isClosed()).toBe(true);
  });

  it('says that the user said no, and lets them try again', async () => {
    const page = await open(await customer.session({ allowed_integrations: [oauth] }));
    const frame = connectUi(page);
    await decide(await connectInWindow(page, frame), 'Deny');
    await expect.poll(() => title(frame).textContent()).toBe('Access was not granted');
    const [again] = await Promise.all([page.context().waitForEvent('page'), button(frame, 'Try again').click()]);
    await decide(again, 'Approve');
    await expect.poll(() => title(frame).textContent()).toBe('Farm OpenID is connected');
  });

  it('notices that the window was closed, if it is asked to', async () => {
    const page = await open(await customer.session({ allowed_integrations: [oauth] }), { detectClosedAuthWindow: true });
    const frame = connectUi(page);
    const popup = await connectInWindow(page, frame);
    await popup.getByRole('button', { name: 'Approve' }).waitFor();
    await popup.close();
    await expect.poll(() => title(frame).textContent()).toBe('The window was closed');
  });

  it('renews a connection in a session for that', async () => {
    const id = await customer.connect('/api-auth/api-key', apiKey, { apiKey: farm.users.apiKey.apiKey });
    const { data } = await customer.nango.createReconnectSession({ connection_id: id, integration_id: apiKey });
    const page = await open(data.token);
    const frame = connectUi(page);
    await fill(frame, { 'API key': farm.users.apiKey.apiKey });
    await frame.locator('#connect-form').press('Enter');
    expect((await connectEvent(page)).connectionId).toBe(id);
  });

  it('works by link, without a page around it', async () => {
    const { data } = await customer.nango.createConnectSession({ end_user: { id: 'by-link' }, allowed_integrations: [apiKey] });
    const page = await host.open('');
    await page.goto(data.connect_link);
    await fill(page, { 'API key': farm.users.apiKey.apiKey });
    await connect(page);
    await expect.poll(() => title(page).textContent()).toBe('Farm key is connected');
  });

  it('asks for another session when this one is over', async () => {
    const frame = connectUi(await open(`nango_connect_session_${'0'.repeat(64)}`));
    await expect.poll(() => title(frame).textContent()).toMatch(/session/i);
  });
});
