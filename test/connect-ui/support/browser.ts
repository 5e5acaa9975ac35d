import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type FrameLocator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type ConnectUiServer, startConnectUi } from '../../../apps/server/src/connect-ui/connect-ui.server.js';
import { FakeApi, TOKEN } from './fake-api.js';

export const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 860 };
const PATIENCE_MS = 8_000;

export interface OpenOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly locale?: string;
  readonly colorScheme?: 'light' | 'dark';
  /** In a context of its own, whose time may be changed. */
  readonly apart?: boolean;
  /** Further parameters of the page's address. */
  readonly query?: Readonly<Record<string, string>>;
  /** Undefined leaves the token out. */
  readonly token?: string | undefined;
}

/** A browser, the built page on its own server, and the API it talks to. */
export class World {
  #context: BrowserContext | undefined;
  /** Of pages in another language, or apart for another reason. */
  readonly #further: BrowserContext[] = [];

  private constructor(
    readonly browser: Browser,
    readonly api: FakeApi,
    readonly ui: ConnectUiServer,
  ) {}

  static async start(executablePath: string): Promise<World> {
    const api = await FakeApi.start();
    const ui = await startConnectUi({ host: '127.0.0.1', port: 0, apiUrl: api.url });
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
    return new World(browser, api, ui);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.ui.close();
    await this.api.close();
  }

  /** After a test: a clean API, and no page of it left. */
  async reset(): Promise<void> {
    for (const context of this.#further.splice(0)) await context.close();
    for (const page of this.#context?.pages() ?? []) await page.close();
    this.api.reset();
  }

  /** Opens the page as a link does. */
  async openLink(options: OpenOptions = {}): Promise<Page> {
    const page = await this.#newPage(options);
    await page.goto(this.address(options));
    return page;
  }

  /** Opens a customer's page that embeds ours, as the frontend SDK does. */
  async openFramed(options: OpenOptions = {}): Promise<{ page: Page; frame: FrameLocator }> {
    const page = await this.#newPage(options);
    this.api.embeds = this.address({ ...options, token: undefined }, true);
    const token = 'token' in options ? options.token : TOKEN;
    await page.goto(`${this.api.url}/host${token ? `?token=${token}` : ''}`);
    return { page, frame: page.frameLocator('#connect-ui') };
  }

  address(options: OpenOptions, framed = false): string {
    const query = new URLSearchParams(framed ? { apiURL: this.api.url, ...options.query } : options.query);
    const token = 'token' in options ? options.token : TOKEN;
    if (token) query.set('session_token', token);
    return `${this.ui.url}/?${query.toString()}`;
  }

  async #newPage({ viewport = DESK, locale, colorScheme = 'light', apart = locale !== undefined }: OpenOptions): Promise<Page> {
    const context = apart ? await this.#newContext(locale) : (this.#context ??= await this.#newContext());
    if (apart) this.#further.push(context);
    const page = await context.newPage();
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    return page;
  }

  async #newContext(locale = 'en-US'): Promise<BrowserContext> {
    const context = await this.browser.newContext({ locale });
    context.setDefaultTimeout(PATIENCE_MS);
    return context;
  }
}

interface Heard {
  readonly type: string;
  /** Origin it came from. */
  readonly from: string;
  readonly payload?: unknown;
}

/** What the customer's page was told so far. */
export const heardBy = (page: Page): Promise<Heard[]> => page.evaluate<Heard[]>('window.heard');

/** The page's world of one test file: made before its tests, cleaned after each. */
export function worldOf(executablePath: string): { readonly current: World } {
  let world: World | undefined;
  beforeAll(async () => {
    world = await World.start(executablePath);
  });
  afterEach(() => world?.reset());
  afterAll(() => world?.stop());
  return {
    get current() {
      if (!world) throw new Error('the world of the page did not start');
      return world;
    },
  };
}

/** Breaches of WCAG 2.2 AA and of good practice that axe finds, as `rule: element`. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ''}`));
}
