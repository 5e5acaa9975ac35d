import type { Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { axeFindings, PHONE, worldOf } from './support/browser.js';
import { button, choose, connect, connectInWindow, fill, input, title } from './support/steps.js';

const browser = inject('chromium');

describe.skipIf(!browser)('for everyone', () => {
  const world = worldOf(browser ?? '');

  const chooseForm = async (page: Page, name: string) => {
    await choose(page, name);
    await page.locator('#connect-form').waitFor();
  };

  /** Every screen, and how one gets there. */
  const SCREENS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
    'the list': (page) => page.locator('[data-row]').first().waitFor(),
    'a search without a match': async (page) => {
      await page.getByRole('searchbox').fill('qqq');
      await page.getByText('Nothing matches').waitFor();
    },
    'a form': (page) => chooseForm(page, 'Zendesk'),
    'a form with mistakes': async (page) => {
      await choose(page, 'Zendesk');
      await page.getByRole('combobox').selectOption('team');
      await connect(page);
      await page.getByRole('alert').first().waitFor();
    },
    'a form with an external id': (page) => chooseForm(page, 'Amazon'),
    'a form with certificates': (page) => chooseForm(page, 'ADP'),
    'a window that is open': async (page) => {
      await choose(page, 'Slack');
      await connectInWindow(page);
      await page.getByText('Continue with Slack').waitFor();
    },
    success: async (page) => {
      await choose(page, 'Hacker News');
      await connect(page);
      await page.getByText('is connected').waitFor();
    },
    failure: async (page) => {
      world.current.api.failures.set('/api-auth/api-key/notion-1', {
        status: 400,
        error: { code: 'connection_test_failed', message: 'no' },
      });
      await choose(page, 'Notion');
      await fill(page, { 'API key': 'k' });
      await connect(page);
      await page.getByText('Technical details').click();
    },
  };

  it.each(Object.entries(SCREENS))('axe finds nothing in %s, light or dark', async (_name, arrive) => {
    const page = await world.current.openLink({ query: { theme: 'system' } });
    await arrive(page);
    expect(await axeFindings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html[data-theme=dark]').waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it('axe finds nothing in the dialog inside a page, nor in its question', async () => {
    const { page, frame } = await world.current.openFramed({ query: { theme: 'dark' } });
    await choose(frame, 'Notion');
    await fill(frame, { 'API key': 'k' });
    await page.keyboard.press('Escape');
    await frame.getByRole('alertdialog').waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it('axe finds nothing when the brand is pale or dark', async () => {
    for (const primary of ['#ffe066', '#111827']) {
      const theme = { light: { primary }, dark: { primary } };
      world.current.api.session.connectUISettings = {
        theme,
        defaultTheme: primary === '#111827' ? 'dark' : 'light',
        showWatermark: true,
      };
      const page = await world.current.openLink();
      await chooseForm(page, 'Zendesk');
      expect(await axeFindings(page)).toEqual([]);
    }
  });

  it('an account is connected by the keyboard alone', async () => {
    const page = await world.current.openLink();
    await page.locator('[data-row]').first().waitFor();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press('Tab');
    await page.keyboard.type('zen');
    await press('ArrowDown', 'ArrowUp', 'ArrowDown', 'Enter');
    await expect.poll(() => title(page).textContent()).toBe('Connect Zendesk');
    // The heading has the focus; the guide, the help and the first field follow.
    await press('Tab', 'Tab', 'Tab');
    await page.keyboard.type('acme');
    await press('Tab');
    await page.keyboard.type('a@acme.com');
    await press('Tab');
    await page.keyboard.type('token');
    await press('Tab', 'Tab', 'ArrowDown', 'ArrowDown', 'Tab', 'Enter');
    await expect.poll(() => title(page).textContent()).toBe('Zendesk is connected');
    expect(world.current.api.attempts[0]?.query).toMatchObject({ 'params[subdomain]': 'acme', 'params[plan]': 'suite' });
  });

  it('Enter in a field sends the form', async () => {
    world.current.api.offerOnly('notion');
    const page = await world.current.openLink();
    await fill(page, { 'API key': 'k' });
    await page.keyboard.press('Enter');
    await expect.poll(() => title(page).textContent()).toBe('Notion is connected');
  });

  it('the focus can be seen', async () => {
    const page = await world.current.openLink();
    await choose(page, 'Slack');
    await page.locator('#connect-form').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineColor')).not.toBe('rgba(0, 0, 0, 0)');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  });

  it.each([
    ['en', 'Connect an account', 'Connect Zendesk', 'Subdomain', 'Connect'],
    ['de', 'Konto verbinden', 'Zendesk verbinden', 'Subdomäne', 'Verbinden'],
    ['fr', 'Connecter un compte', 'Connecter Zendesk', 'Subdomain', 'Connecter'],
    ['es', 'Conectar una cuenta', 'Conectar Zendesk', 'Subdomain', 'Conectar'],
  ])('speaks %s, and so do the fields where the catalogue does', async (lang, list, form, field, action) => {
    const page = await world.current.openLink({ query: { lang } });
    await expect.poll(() => title(page).textContent()).toBe(list);
    expect(await page.evaluate('document.documentElement.lang')).toBe(lang);
    expect(await page.title()).toBe(list);
    await choose(page, 'Zendesk');
    await expect.poll(() => title(page).textContent()).toBe(form);
    expect(world.current.api.languages).toEqual([lang]);
    expect(await input(page, field).isVisible()).toBe(true);
    expect(await button(page, action).isVisible()).toBe(true);
  });

  it.each([
    ['fr-CA', {}, 'fr'],
    ['ja-JP', {}, 'en'],
    ['fr-CA', { lang: 'de' }, 'de'],
  ])('a browser of %s with %j gets %s', async (locale, query, lang) => {
    const page = await world.current.openLink({ locale, query });
    await title(page).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe(lang);
  });

  it.each(['en', 'de', 'fr', 'es'])('nothing is cut off on a phone in %s', async (lang) => {
    const narrow = { width: 320, height: 640 };
    for (const viewport of lang === 'en' ? [PHONE, narrow] : [narrow]) {
      const page = await world.current.openLink({ viewport, query: { lang } });
      for (const name of ['Zendesk', 'Amazon Web Services']) {
        await choose(page, name);
        await page.locator('#connect-form').waitFor();
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width);
        const { x = -1, width = 0 } = (await page.locator('button[type=submit]').boundingBox()) ?? {};
        expect([x >= 0, x + width <= viewport.width]).toEqual([true, true]);
        await page.getByRole('button').first().click();
      }
      await page.locator('[data-row]').first().waitFor();
      expect(
        await page.evaluate('document.querySelector(".scroll").scrollWidth <= document.querySelector(".scroll").clientWidth'),
      ).toBe(true);
    }
  });

  it.each([
    ['light', 'dark', 'light'],
    ['system', 'dark', 'dark'],
    ['system', 'light', 'light'],
  ] as const)(
    'an environment of theme %s in a %s browser is %s, unless the address asks otherwise',
    async (defaultTheme, colorScheme, shown) => {
      world.current.api.session.connectUISettings = { ...world.current.api.session.connectUISettings, defaultTheme };
      const page = await world.current.openLink({ colorScheme });
      await page.locator('[data-row]').first().waitFor();
      expect(await page.evaluate('document.documentElement.dataset.theme')).toBe(shown);
      const other = shown === 'light' ? 'dark' : 'light';
      const asked = await world.current.openLink({ colorScheme, query: { theme: other } });
      await asked.locator('[data-row]').first().waitFor();
      expect(await asked.evaluate('document.documentElement.dataset.theme')).toBe(other);
    },
  );

  it('nothing turns or slides where motion is not wanted', async () => {
    const page = await world.current.openLink();
    await page.locator('[data-row]').first().waitFor();
    const running = 'document.getAnimations().filter((animation) => animation.playState === "running").length';
    await expect.poll(() => page.evaluate(running)).toBe(0);
    expect(await page.evaluate('getComputedStyle(document.querySelector(".card")).animationDuration')).toBe('1e-05s');
  });
});
