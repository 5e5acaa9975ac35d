import type { OnModuleInit } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { fetch } from 'undici';
import { messageOf } from '#libs/kernel';
import { Ticker } from '#libs/ticker';
import type { Catalogue } from './catalogue.js';
import { catalogueFile } from './domain/catalogue-file.js';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Keeps the catalogue at what an address says (`PROVIDERS_URL`): read before anything is served, then again and again. What cannot be
 * read leaves the catalogue as it was; the log says so once, and once more when it can be read again.
 */
export class CatalogueFeed extends Ticker implements OnModuleInit {
  readonly #stopped = new AbortController();
  #digest: string | undefined;
  #failure: string | undefined;
  #isFirstRound = true;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly url: string,
    everyMs: number,
  ) {
    super(everyMs);
  }

  async onModuleInit(): Promise<void> {
    await this.refresh();
  }

  override async beforeApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await super.beforeApplicationShutdown();
  }

  /** Reads the address, and replaces the entries from it if it says something new. Never throws. */
  async refresh(): Promise<void> {
    try {
      const body = await read(this.url, this.#stopped.signal);
      const digest = createHash('sha256').update(body).digest('hex');
      if (digest !== this.#digest) this.#replace(body);
      this.#digest = digest;
      this.#succeed();
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#fail(reasonOf(error));
    }
  }

  /** The first round comes right after the reading at start. */
  protected async tick(): Promise<void> {
    if (!this.#isFirstRound) await this.refresh();
    this.#isFirstRound = false;
  }

  #replace(body: Buffer): void {
    const file = catalogueFile('PROVIDERS_URL', JSON.parse(body.toString('utf8')));
    if (file.entries.length === 0 && file.problems.length > 0) throw new TypeError(file.problems[0]);
    this.catalogue.overlay(file);
    this.log.log(`the provider catalogue has ${file.entries.length} entries of PROVIDERS_URL`);
  }

  #succeed(): void {
    if (this.#failure !== undefined) this.log.log('PROVIDERS_URL can be read again');
    this.#failure = undefined;
  }

  #fail(reason: string): void {
    if (this.#failure === undefined) {
      this.log.warn(`PROVIDERS_URL cannot be read, the provider catalogue stays as it is: ${reason}`);
    }
    this.#failure = reason;
  }
}

/** `fetch` says only that it failed, and keeps to itself why. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined ? `${error.message}: ${messageOf(error.cause)}` : messageOf(error);

/** A name and password in the address are sent as such: `fetch` takes none, and its complaint would show them in the log. */
function requestOf(url: string): { address: URL; headers: Record<string, string> } {
  const address = new URL(url);
  const { username, password } = address;
  if (username === '' && password === '') return { address, headers: {} };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  address.username = '';
  address.password = '';
  return { address, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

async function read(url: string, stopped: AbortSignal): Promise<Buffer> {
  const { address, headers } = requestOf(url);
  const response = await fetch(address, {
    headers: { accept: 'application/json', ...headers },
    signal: AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new TypeError(`it answered with status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new TypeError(`it is larger than ${MAX_BYTES / 1024 ** 2} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
