import { describe, expect, inject, it } from 'vitest';
import { worldOf } from './support/browser.js';
import { TOKEN } from './support/fake-api.js';
import { button, choose, title } from './support/steps.js';

const browser = inject('chromium');

describe.skipIf(!browser)('before anything is connected', () => {
  const world = worldOf(browser ?? '');

  it('a bare tab says at once that the link is not complete', async () => {
    const page = await world.current.openLink({ token: undefined });
    await expect.poll(() => title(page).textContent()).toBe('This link is not complete');
  });

  it('a token that the API does not know has expired', async () => {
    const page = await world.current.openLink({ token: 'nango_connect_session_old' });
    await expect.poll(() => title(page).textContent()).toBe('Your session has expired');
    await page.getByText('Technical details').click();
    expect(await page.locator('details').textContent()).toContain('unknown_connect_session_token');
  });

  it('a failure while loading can be tried again', async () => {
    world.current.api.failures.set('/integrations', { status: 500, error: { code: 'server_error', message: 'no database' } });
    const page = await world.current.openLink();
    await expect.poll(() => title(page).textContent()).toBe('Something went wrong on our side');
    await button(page, 'Try again').click();
    await expect.poll(() => title(page).textContent()).toBe('Connect an account');
  });

  it('an API that cannot be reached is named as that', async () => {
    const page = await world.current.openLink({ token: undefined });
    await page.route(`${world.current.api.url}/**`, (route) => route.abort());
    await page.goto(world.current.address({}));
    await expect.poll(() => title(page).textContent()).toBe('The server cannot be reached');
  });

  it('nothing to connect is said', async () => {
    world.current.api.offer();
    const page = await world.current.openLink();
    await expect.poll(() => title(page).textContent()).toBe('Nothing to connect yet');
  });

  it('the list is searched as one types, and says how many it shows', async () => {
    const page = await world.current.openLink();
    await page.getByRole('searchbox').fill('no');
    await expect.poll(() => page.locator('[data-row]').allTextContents()).toEqual(['Notion']);
    expect(await page.getByRole('status').textContent()).toBe('1 service');
    await page.getByRole('searchbox').fill('nothing like it');
    await expect.poll(() => page.getByText('Nothing matches “nothing like it”').isVisible()).toBe(true);
    await button(page, 'Clear the search').click();
    await expect.poll(() => page.locator('[data-row]').count()).toBe(world.current.api.integrations.length);
  });

  it('a service shows its logo, or its letter where there is none', async () => {
    const page = await world.current.openLink();
    const row = (name: string) => page.locator('[data-row]', { hasText: name });
    await expect.poll(() => row('GitHub').locator('img').count()).toBe(1);
    await expect.poll(() => row('Hacker News').textContent()).toBe('HHacker News');
  });

  it('the search outlives a look at a form', async () => {
    const page = await world.current.openLink();
    await page.getByRole('searchbox').fill('zen');
    await choose(page, 'Zendesk');
    await button(page, 'Back').click();
    expect(await page.getByRole('searchbox').inputValue()).toBe('zen');
  });

  it('one integration and one that is allowed needs no list', async () => {
    world.current.api.offerOnly('notion');
    const page = await world.current.openLink();
    await expect.poll(() => title(page).textContent()).toBe('Connect Notion');
    expect(await button(page, 'Back').count()).toBe(0);
  });

  it('one integration of a session that allows any is listed', async () => {
    world.current.api.offer('notion');
    const page = await world.current.openLink();
    await expect.poll(() => title(page).textContent()).toBe('Connect an account');
  });

  it('a link cannot make the page talk to a stranger', async () => {
    const page = await world.current.openLink({ query: { apiURL: 'http://127.0.0.1:9/' } });
    await expect.poll(() => title(page).textContent()).toBe('Connect an account');
    expect([...world.current.api.tokens]).toEqual([TOKEN]);
  });

  it('what happens is reported', async () => {
    const page = await world.current.openLink();
    await choose(page, 'Notion');
    // Beacons travel apart from each other, and one of an earlier page may arrive late: any order will do.
    const reported = () => world.current.api.telemetry.map(({ event, dimensions }) => [event, dimensions?.integration].join(' '));
    await expect
      .poll(reported)
      .toEqual(expect.arrayContaining(['open ', 'view:list ', 'click:integration notion-1', 'view:integration notion-1']));
  });
});
