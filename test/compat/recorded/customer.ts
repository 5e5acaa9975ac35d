import { Nango } from '@nangohq/node';
import { setTimeout as delay } from 'node:timers/promises';

export interface StackAddress {
  readonly baseUrl: string;
  readonly secretKey: string;
}

export interface Refusal {
  readonly status: number;
  readonly [field: string]: unknown;
}

export interface SyncState {
  readonly status: string;
  readonly latestExecutionStatus?: string;
  readonly finishedAt?: string;
  readonly checkpoint: unknown;
}

export interface StoredRecord {
  readonly [field: string]: unknown;
  readonly _nango_metadata: { readonly deleted_at: string | null };
}

const POLL_MS = 40;
const WITHIN_MS = 90_000;

/** What the API refused. */
export class RefusedCall extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly text: string,
  ) {
    super(message);
  }
}

/** A customer's product: the published SDK, and plain HTTP for what it has no method for. */
export class Customer {
  readonly nango: Nango;

  constructor(private readonly stack: StackAddress) {
    this.nango = new Nango({ host: stack.baseUrl, apiKey: stack.secretKey });
  }

  /** @throws RefusedCall where the answer is none of success */
  async call<Body = unknown>(method: string, path: string, body?: unknown): Promise<Body> {
    const response = await fetch(`${this.stack.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.stack.secretKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new RefusedCall(`${method} ${path}: ${response.status} ${text}`, response.status, text);
    return (text === '' ? undefined : JSON.parse(text)) as Body;
  }

  /** What an action returned, or what the API said of its failure. */
  async act(
    integration: string,
    connection: string,
    name: string,
    input: unknown,
  ): Promise<{ output: unknown } | { refusal: Refusal }> {
    try {
      return { output: await inTime(this.nango.triggerAction(integration, connection, name, input)) };
    } catch (error) {
      const { response } = error as { response?: { status: number; data: { error?: object } } };
      if (!response) throw error;
      return { refusal: { status: response.status, ...response.data.error } };
    }
  }

  async syncState(integration: string, connection: string, name: string, variant: string): Promise<SyncState | undefined> {
    const { syncs } = await this.nango.syncStatus(integration, [{ name, variant }], connection);
    return syncs[0] as SyncState | undefined;
  }

  /** Every record of a model, deleted ones too. */
  async records(integration: string, connection: string, model: string, variant: string): Promise<StoredRecord[]> {
    const all: StoredRecord[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await this.nango.listRecords<StoredRecord>({
        providerConfigKey: integration,
        connectionId: connection,
        model,
        ...(variant === 'base' ? {} : { variant }),
        limit: 1000,
        ...(cursor ? { cursor } : {}),
      });
      all.push(...(page.records as StoredRecord[]));
      cursor = page.next_cursor;
    } while (cursor);
    return all;
  }
}

async function inTime<Value>(pending: Promise<Value>): Promise<Value> {
  const ending = new AbortController();
  const late = delay(WITHIN_MS, undefined, { signal: ending.signal }).then(() => {
    throw new Error(`the action has not ended within ${WITHIN_MS / 1000} s`);
  });
  try {
    return await Promise.race([pending, late]);
  } finally {
    late.catch(() => {});
    ending.abort();
  }
}

/** Looks until something is so. @throws with what was seen last, when it does not become so */
export async function eventually<Seen>(
  look: () => Promise<Seen>,
  isSo: (seen: Seen) => boolean,
  what: string,
  withinMs = WITHIN_MS,
): Promise<Seen> {
  for (const giveUpAt = Date.now() + withinMs; ; await delay(POLL_MS)) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (Date.now() > giveUpAt) throw new Error(`${what} within ${withinMs / 1000} s; last seen: ${JSON.stringify(seen)}`);
  }
}

/** Looks until there are no problems, or there is no time left for them to go away. */
export async function lasting(look: () => Promise<string[]>, withinMs: number): Promise<string[]> {
  for (const giveUpAt = Date.now() + withinMs; ; await delay(POLL_MS)) {
    const problems = await look();
    if (problems.length === 0 || Date.now() > giveUpAt) return problems;
  }
}
