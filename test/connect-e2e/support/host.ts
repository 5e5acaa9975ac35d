import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium, type FrameLocator, type Page } from 'playwright-core';
import { published } from '../../auth/support/published.js';

const PATIENCE_MS = 10_000;

/** What the page does when it is clicked, and what came of it. */
const PAGE = `<!doctype html><html lang="en"><title>Acme</title><button id="go">Connect</button><script type="module">
import Nango from '/sdk.js';
window.Nango = Nango;
window.events = [];
window.outcome = null;
// Browsers open windows for clicks only.
document.getElementById('go').addEventListener('click', () => {
  window.act(Nango).then((value) => { window.outcome = { value }; }, (error) => {
    window.outcome = { error: { type: error.type, message: error.message } };
  });
});
window.ready = true;
</script></html>`;

export interface Outcome {
  readonly value?: { readonly connectionId: string; readonly providerConfigKey: string; readonly isPending?: boolean };
  readonly error?: { readonly type: string; readonly message: string };
}

/** A customer's product: pages with the published frontend SDK, unmodified, in a real browser. */
export class Host {
  readonly #contexts: BrowserContext[] = [];

  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
  ) {}

  static async start(executablePath: string): Promise<Host> {
    const sdk = await bundle();
    const server = createServer((request, response) => {
      const isSdk = request.url === '/sdk.js';
      response.writeHead(200, { 'content-type': isSdk ? 'text/javascript' : 'text/html' }).end(isSdk ? sdk : PAGE);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
    return new Host(server, browser);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => void this.server.close(() => resolve()));
  }

  /** Closes the pages of a test. */
  async reset(): Promise<void> {
    for (const context of this.#contexts.splice(0)) await context.close();
  }

  /** A page on which a click does something with the SDK. @param act body of a function with `Nango` in scope, which answers a promise */
  async open(act: string): Promise<Page> {
    const context = await this.browser.newContext({ locale: 'en-US' });
    this.#contexts.push(context);
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`);
    await page.waitForFunction('window.ready');
    await page.evaluate(`window.act = async (Nango) => { ${act} }`);
    return page;
  }
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [published('@nangohq/frontend')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
  });
  return outputFiles[0]?.text ?? '';
}

/** Clicks, and answers the window that the click opens. */
export async function clickForPopup(page: Page): Promise<Page> {
  const [popup] = await Promise.all([page.context().waitForEvent('page'), page.click('#go')]);
  return popup;
}

/** Answers a provider's page. */
export async function decide(popup: Page, decision: 'Approve' | 'Deny'): Promise<void> {
  await popup.getByRole('button', { name: decision }).click();
}

/** What the SDK's promise came to. */
export async function outcomeOf(page: Page): Promise<Outcome> {
  await page.waitForFunction('window.outcome !== null');
  return page.evaluate<Outcome>('window.outcome');
}

/** What `onEvent` of `openConnectUI` was told. */
export const eventsOf = (page: Page): Promise<{ type: string; payload?: unknown }[]> => page.evaluate('window.events');

export const connectUi = (page: Page): FrameLocator => page.frameLocator('iframe');
