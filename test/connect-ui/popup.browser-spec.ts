import { describe, expect, inject, it } from 'vitest';
import { worldOf } from './support/browser.js';
import { TOKEN } from './support/fake-api.js';
import { button, connect, connectInWindow, fill, finish, input, title } from './support/steps.js';

const browser = inject('chromium');

describe.skipIf(!browser)('an authorization in a window', () => {
  const world = worldOf(browser ?? '');
  const open = async (query: Readonly<Record<string, string>> = {}) => {
    world.current.api.offerOnly('github');
    const page = await world.current.openLink({ query });
    await page.locator('#connect-form').waitFor();
    return page;
  };
  const events = () => world.current.api.telemetry.map(({ event }) => event);

  it('that is allowed connects, and the window closes', async () => {
    const page = await open();
    const popup = await connectInWindow(page);
    await expect.poll(() => title(page).textContent()).toBe('Continue with GitHub');
    await popup.waitForURL('**/oauth/connect/**');
    const { ws_client_id: client, ...query } = world.current.api.attempts[0]?.query ?? {};
    expect(query).toEqual({ connect_session_token: TOKEN });
    expect(world.current.api.sockets.has(client ?? '')).toBe(true);
    await finish(popup, 'allow');
    await expect.poll(() => title(page).textContent()).toBe('GitHub is connected');
    await expect.poll(() => popup.isClosed()).toBe(true);
    await expect.poll(events).toContain('view:success');
  });

  it('that is refused says so, closes the window and can be tried again', async () => {
    const page = await open();
    await finish(await connectInWindow(page), 'deny');
    await expect.poll(() => title(page).textContent()).toBe('Access was not granted');
    await page.getByText('Technical details').click();
    expect(await page.locator('details').textContent()).toContain('callback_erraccess_denied: the user said no');
    const [again] = await Promise.all([page.context().waitForEvent('page'), button(page, 'Try again').click()]);
    await finish(again, 'allow');
    await expect.poll(() => title(page).textContent()).toBe('GitHub is connected');
  });

  it('that fails is known from the closing page too, and answering closes that', async () => {
    const page = await open();
    const popup = await connectInWindow(page);
    await finish(popup, 'fail');
    await expect.poll(() => title(page).textContent()).toBe('This account cannot be used');
    expect(await page.locator('details').textContent()).toContain('the workspace is not allowed');
    await expect.poll(() => popup.isClosed()).toBe(true);
  });

  it('does not end by messages of strangers', async () => {
    const page = await open();
    const popup = await connectInWindow(page);
    await popup.waitForURL('**/oauth/connect/**');
    const lie = JSON.stringify({ type: 'nango_oauth_callback_error', payload: { message: 'a lie', errorType: 'token_err' } });
    // From our own origin, on the channel while the window is open, and from another window of the API's origin.
    await page.evaluate(`window.postMessage(${lie}, '*')`);
    await page.evaluate(`new BroadcastChannel('nango-oauth-callback').postMessage(${lie})`);
    const [stranger] = await Promise.all([
      page.context().waitForEvent('page'),
      page.evaluate(`void window.open('${world.current.api.url}/blank')`),
    ]);
    await stranger.waitForURL('**/blank');
    await stranger.evaluate(`opener.postMessage(${lie}, '*')`);
    await finish(popup, 'allow');
    await expect.poll(() => title(page).textContent()).toBe('GitHub is connected');
  });

  it('whose window is closed ends where that is to be noticed', async () => {
    const page = await open({ detectClosedAuthWindow: 'true' });
    const popup = await connectInWindow(page);
    await popup.close();
    await expect.poll(() => title(page).textContent()).toBe('The window was closed');
    await expect.poll(events).toContain('popup:closed_early');
  });

  it('whose window seems closed waits else, and offers to open it again', async () => {
    const page = await open();
    const popup = await connectInWindow(page);
    await popup.close();
    const [again] = await Promise.all([page.context().waitForEvent('page'), button(page, 'Open it again').click()]);
    await finish(again, 'allow');
    await expect.poll(() => title(page).textContent()).toBe('GitHub is connected');
  });

  it('can be given up', async () => {
    const page = await open();
    const popup = await connectInWindow(page);
    await button(page, 'Cancel').click();
    await expect.poll(() => title(page).textContent()).toBe('Connect GitHub');
    await expect.poll(() => popup.isClosed()).toBe(true);
  });

  it('whose window the browser blocks says how to allow it', async () => {
    const page = await open();
    await page.evaluate('window.open = () => null');
    await connect(page);
    await expect.poll(() => title(page).textContent()).toBe('The window was blocked');
    await expect.poll(events).toContain('popup:blocked_by_browser');
  });

  it('whose result cannot arrive any more says so', async () => {
    const page = await open();
    const popup = await connectInWindow(page);
    await popup.waitForURL('**/oauth/connect/**');
    for (const socket of world.current.api.sockets.values()) socket.terminate();
    await expect.poll(() => title(page).textContent()).toBe('The result did not arrive');
    await expect.poll(() => popup.isClosed()).toBe(true);
  });

  it('takes the client of the customer along, where the session leaves a place for it', async () => {
    world.current.api.session['integrations_config_defaults'] = {
      'github-1': { connection_config: { oauth_client_id_override: '', oauth_client_secret_override: '' } },
    };
    const page = await open();
    await fill(page, { 'OAuth client ID': 'mine', 'OAuth client secret': 'hush' });
    expect(await input(page, 'Refresh token').count()).toBe(0);
    const popup = await connectInWindow(page);
    await popup.waitForURL('**/oauth/connect/**');
    expect(world.current.api.attempts[0]?.query).toMatchObject({
      'credentials[oauth_client_id_override]': 'mine',
      'credentials[oauth_client_secret_override]': 'hush',
    });
  });
});
