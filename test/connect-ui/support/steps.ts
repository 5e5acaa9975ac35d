import type { FrameLocator, Locator, Page } from 'playwright-core';

/** Our page, alone or inside another one. */
export type Shown = Page | FrameLocator;

export const title = (shown: Shown): Locator => shown.getByRole('heading', { level: 1 });
export const button = (shown: Shown, name: string | RegExp): Locator => shown.getByRole('button', { name, exact: true });
export const input = (shown: Shown, name: string): Locator => shown.getByRole('textbox', { name });

/** Chooses a service in the list. */
export const choose = (shown: Shown, name: string): Promise<void> => shown.locator('[data-row]', { hasText: name }).click();

/** Fills inputs by their titles. */
export async function fill(shown: Shown, answers: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, answer] of Object.entries(answers)) await input(shown, name).fill(answer);
}

export const connect = (shown: Shown): Promise<void> => button(shown, 'Connect').click();

/** Presses Connect and answers with the window that opens. */
export async function connectInWindow(page: Page, shown: Shown = page): Promise<Page> {
  const [popup] = await Promise.all([page.context().waitForEvent('page'), connect(shown)]);
  return popup;
}

/** Ends the authorization in its window: `allow`, `deny`, `fail` or `silent`. */
export const finish = (popup: Page, outcome: string): Promise<void> => popup.getByRole('link', { name: outcome }).click();
