import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchStack, type Stack } from '#libs/testing';
import { Customer } from './customer.js';
import type { RecordedFunction } from './project.js';
import { Provider } from './providers.js';
import { RecordedUpstream } from './recorded-upstream.js';
import { runRecorded, type Seeding } from './runs.js';

interface HarnessOptions {
  /** PostgreSQL in which databases may be made. */
  readonly databaseUrl: string;
  readonly integrations: readonly string[];
  /** Whether syncs start by themselves where their definition says so. */
  readonly startsItself: boolean;
}

export interface Result {
  /** Empty where all is as recorded. */
  readonly problems: readonly string[];
  /** Statuses of 400 and more that the recording answered: a mock returns them, a run throws (spec/functions.md §5.1). */
  readonly refusals: readonly number[];
}

/** A stack whose every provider is one recorded upstream. */
export class Harness {
  readonly #integrations = new Map<string, Promise<Provider>>();
  #count = 0;

  private constructor(
    readonly stack: Stack,
    readonly customer: Customer,
    private readonly upstream: RecordedUpstream,
    private readonly folder: string,
    private readonly startsItself: boolean,
  ) {}

  static async start({ databaseUrl, integrations, startsItself }: HarnessOptions): Promise<Harness> {
    const upstream = new RecordedUpstream();
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-compat-'));
    writeFileSync(join(folder, 'stand-ins.yaml'), Provider.catalogueOf(integrations.map((name) => Provider.named(name))));
    // One process: the runner has no variables of its own in the others.
    const env = { ...(await upstream.start()), NANGO_PROVIDERS_PATH: folder, CRON_REFRESH_CONNECTIONS_EVERY_MIN: '0' };
    const stack = await launchStack(databaseUrl, { mode: 'standalone', env });
    const customer = new Customer(stack);
    await customer.call('PATCH', '/api/v1/environments/webhook', { primary_url: upstream.noticesUrl });
    return new Harness(stack, customer, upstream, folder, startsItself);
  }

  async stop(): Promise<void> {
    await this.stack.stop();
    await this.upstream.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Makes the integrations that functions are deployed to. */
  async integrate(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#provider(name);
  }

  /** @param seeding puts records there that the function finds; where there is no such way, it finds none */
  async run(fn: RecordedFunction, seeding?: Seeding): Promise<Result> {
    if (!fn.recording) return { problems: [`no recording: ${fn.integration}/tests/${fn.name}.test.json`], refusals: [] };
    const provider = await this.#provider(fn.integration);
    const session = this.upstream.open(provider.additions);
    const connection = `${fn.name}-${(this.#count += 1)}`;
    const { customer, startsItself } = this;
    const { notices } = this.upstream;
    const subject = { fn, recording: fn.recording, customer, provider, session, connection, startsItself, notices, seeding };
    try {
      const problems = await runRecorded(subject);
      return { problems, refusals: session.refusals };
    } catch (error) {
      return { problems: [`could not be run: ${(error as Error).message}`, ...session.misses], refusals: session.refusals };
    } finally {
      this.upstream.close(session);
    }
  }

  #provider(name: string): Promise<Provider> {
    let made = this.#integrations.get(name);
    if (!made) this.#integrations.set(name, (made = this.#integrate(name)));
    return made;
  }

  async #integrate(name: string): Promise<Provider> {
    const provider = Provider.named(name);
    const credentials = provider.clientCredentials;
    await this.customer.call('POST', '/integrations', {
      provider: name,
      unique_key: name,
      ...(credentials ? { credentials } : {}),
    });
    return provider;
  }
}
