import { describe, expect, inject, it } from 'vitest';
import { heardBy, worldOf } from './support/browser.js';
import { TOKEN } from './support/fake-api.js';
import { button, choose, connect, connectInWindow, fill, finish, title } from './support/steps.js';

const browser = inject('chromium');

describe.skipIf(!browser)('inside a customer’s page', () => {
  const world = worldOf(browser ?? '');
  const session = (sessionToken: string) => `window.give(${JSON.stringify({ type: 'session_token', sessionToken })})`;

  it('says that it is ready, takes the token, connects and is closed', async () => {
    world.current.api.offerOnly('hackernews');
    const { page, frame } = await world.current.openFramed();
    await connect(frame);
    await expect.poll(() => title(frame).textContent()).toBe('Hacker News is connected');
    await button(frame, 'Finish').click();
    await expect.poll(() => page.locator('#connect-ui').count()).toBe(0);
    const from = world.current.ui.url;
    expect(await heardBy(page)).toEqual([
      { type: 'ready', from },
      { type: 'connect', from, payload: { providerConfigKey: 'hackernews-1', connectionId: 'connection-1' } },
      { type: 'close', from },
    ]);
    // Each is a beacon of its own: those sent in one moment may overtake each other.
    await expect
      .poll(() => world.current.api.telemetry.map(({ event }) => event).toSorted())
      .toEqual(['click:connect', 'click:finish', 'open', 'view:integration', 'view:success']);
  });

  it('authorizes in a window', async () => {
    world.current.api.offerOnly('github');
    const { page, frame } = await world.current.openFramed();
    await finish(await connectInWindow(page, frame), 'allow');
    await expect.poll(() => title(frame).textContent()).toBe('GitHub is connected');
    expect((await heardBy(page)).at(-1)?.payload).toEqual({
      providerConfigKey: 'github-1',
      connectionId: 'connection-1',
      isPending: false,
    });
  });

  it('tells what failed', async () => {
    world.current.api.offerOnly('notion');
    const error = { code: 'connection_test_failed', message: 'said by the provider' };
    world.current.api.failures.set('/api-auth/api-key/notion-1', { status: 400, error });
    const { page, frame } = await world.current.openFramed();
    await fill(frame, { 'API key': 'wrong' });
    await connect(frame);
    await expect
      .poll(async () => (await heardBy(page)).at(-1)?.payload)
      .toEqual({ errorType: 'connection_test_failed', errorMessage: 'said by the provider' });
  });

  it('waits ten seconds for a token, and takes it later all the same', async () => {
    const { page, frame } = await world.current.openFramed({ token: undefined, apart: true });
    // The time of the page stands still from here on, but for what we let pass.
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1_000);
    await page.evaluate('document.getElementById("connect-ui").src += "&again"');
    await expect.poll(() => title(frame).textContent()).toBe('Waiting for your session');
    await page.clock.runFor(9_900);
    expect(await title(frame).textContent()).toBe('Waiting for your session');
    await page.clock.runFor(200);
    await expect.poll(() => title(frame).textContent()).toBe('The session did not start');
    await page.clock.resume();
    await page.evaluate(session(TOKEN));
    await expect.poll(() => title(frame).textContent()).toBe('Connect an account');
  });

  it('takes no token from anyone but the page around it', async () => {
    const { page, frame } = await world.current.openFramed({ token: undefined });
    await expect.poll(() => title(frame).textContent()).toBe('Waiting for your session');
    const lie = JSON.stringify({ type: 'session_token', sessionToken: 'nango_connect_session_stranger' });
    // A frame beside ours, of the same origin as the page around it and of another one.
    for (const address of [
      `${world.current.api.url}/blank`,
      `${world.current.api.url.replace('127.0.0.1', 'localhost')}/blank`,
    ]) {
      const stranger = await page.evaluateHandle(`new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = () => resolve(frame);
        frame.src = ${JSON.stringify(address)};
        document.body.append(frame);
      })`);
      const inside = await stranger.asElement()?.contentFrame();
      await inside?.evaluate(`parent.frames[0].postMessage(${lie}, '*')`);
    }
    // And the page to itself, pretending.
    await frame.locator('body').evaluate(`window.postMessage(${lie}, '*')`);
    await page.evaluate(session(TOKEN));
    await expect.poll(() => title(frame).textContent()).toBe('Connect an account');
    expect([...world.current.api.tokens]).toEqual([TOKEN]);
  });

  it('closes by its button, by Escape and by a click beside it', async () => {
    const ways: ((opened: Awaited<ReturnType<typeof world.current.openFramed>>) => Promise<void>)[] = [
      ({ frame }) => button(frame, 'Close').click(),
      ({ page }) => page.keyboard.press('Escape'),
      ({ page }) => page.mouse.click(20, 400),
    ];
    for (const way of ways) {
      const opened = await world.current.openFramed();
      await opened.frame.getByRole('searchbox').click();
      await way(opened);
      await expect.poll(() => opened.page.locator('#connect-ui').count()).toBe(0);
    }
    await expect
      .poll(() => world.current.api.telemetry.map(({ event }) => event).filter((event) => event.startsWith('click')))
      .toEqual(['click:close', 'click:close', 'click:outside']);
  });

  it('asks before what was entered is lost', async () => {
    world.current.api.offerOnly('notion');
    const { page, frame } = await world.current.openFramed();
    await fill(frame, { 'API key': 'k' });
    await page.keyboard.press('Escape');
    const question = frame.getByRole('alertdialog', { name: 'Leave without connecting?' });
    await question.waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => question.count()).toBe(0);
    await page.mouse.click(20, 400);
    await button(frame, 'Keep editing').click();
    expect(await frame.getByRole('textbox', { name: 'API key' }).inputValue()).toBe('k');
    await button(frame, 'Close').click();
    await button(frame, 'Leave').click();
    await expect.poll(() => page.locator('#connect-ui').count()).toBe(0);
  });

  it('is a dialog that keeps the focus', async () => {
    const { page, frame } = await world.current.openFramed();
    const dialog = frame.getByRole('dialog', { name: 'Connect an account' });
    await dialog.waitFor();
    const rows = await frame.locator('[data-row]').count();
    const stops: unknown[] = [];
    for (let press = 0; press < rows + 3; press++) {
      await page.keyboard.press('Tab');
      stops.push(
        await frame
          .locator('html')
          .evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent'),
      );
    }
    expect(stops.slice(0, 3)).toEqual(['Search services', 'ADP', 'AAmazon Web Services']);
    expect(stops.slice(-3)).toEqual([expect.stringContaining('Zendesk'), 'Close', 'Search services']);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    expect(await frame.locator(':focus').textContent()).toContain('Zendesk');
  });

  it('shows settings as they are tried out, in a preview that sends and closes nothing', async () => {
    world.current.api.offerOnly('hackernews');
    const { page, frame } = await world.current.openFramed({ query: { preview: 'true' } });
    expect(await button(frame, 'Connect').isDisabled()).toBe(true);
    const primary = () => frame.locator('html').evaluate('document.documentElement.style.getPropertyValue("--brand")');
    await expect.poll(primary).toBe('#00b2e3');
    const theme = { light: { primary: '#7c3aed' }, dark: { primary: '#7c3aed' } };
    const payload = { theme, defaultTheme: 'dark', showWatermark: false };
    await page.evaluate(`window.give(${JSON.stringify({ type: 'settings_changed', payload })})`);
    await expect.poll(primary).toBe('#7c3aed');
    expect(await frame.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(await frame.getByText('Secured by Fairlead').count()).toBe(0);
    await button(frame, 'Close').click();
    await page.keyboard.press('Escape');
    expect(await heardBy(page)).toEqual([{ type: 'ready', from: world.current.ui.url }]);
    expect(world.current.api.telemetry).toEqual([]);
  });

  it('takes no settings where nothing is previewed', async () => {
    const { page, frame } = await world.current.openFramed();
    await choose(frame, 'Notion');
    const payload = {
      theme: { light: { primary: '#ff0000' }, dark: { primary: '#ff0000' } },
      defaultTheme: 'dark',
      showWatermark: false,
    };
    await page.evaluate(`window.give(${JSON.stringify({ type: 'settings_changed', payload })})`);
    await button(frame, 'Back').click();
    expect(await frame.locator('html').getAttribute('data-theme')).toBe('light');
  });

  it('is part of the page where it is embedded: no dialog, no way to close it', async () => {
    const { frame } = await world.current.openFramed({ query: { embedded: 'true' } });
    await expect.poll(() => title(frame).textContent()).toBe('Connect an account');
    expect(await frame.getByRole('dialog').count()).toBe(0);
    expect(await button(frame, 'Close').count()).toBe(0);
  });

  it('leaves the page around it in sight', async () => {
    const { page, frame } = await world.current.openFramed({ query: { theme: 'dark' } });
    await frame.getByRole('dialog').waitFor();
    const ground = await frame
      .locator('html')
      .evaluate(
        '[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.documentElement).colorScheme]',
      );
    expect(ground).toEqual(['rgba(0, 0, 0, 0)', 'normal']);
    expect(await page.getByText('Acme settings').isVisible()).toBe(true);
  });
});
