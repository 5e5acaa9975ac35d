import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hashApiKey } from '#libs/accounts';
import { Invalidations } from '#libs/cache';
import { ConnectionConfigs, Connections, Integrations } from '#libs/credentials';
import { Database } from '#libs/database';
import { migrateAll } from '#libs/migrate';
import { type Link, openLink, type StackRedis, startStackRedis, type TestDatabase, testDatabase } from '#libs/testing';
import { type TestProxy, testProxy } from './test-proxy.js';

/** What one replica changes counts on another within a second, whatever becomes of Redis. */
let folder: string;
let database: TestDatabase;
let redis: StackRedis;
/** Their ways to Redis. */
let links: [reader: Link, writer: Link];
let reader: TestProxy;
let writer: TestProxy;
let environmentId: number;
let base: string;
const upstream = createServer((request, response) => void response.end(`${request.url} ${request.headers.authorization}`));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-replicas-'));
  [database, redis] = await Promise.all([testDatabase(), startStackRedis(folder, 'secret')]);
  links = [await openLink(redis.url), await openLink(redis.url)];
  [reader, writer] = await Promise.all([replica(links[0]), replica(links[1])]);
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const [dev] = await writer.get(Database).query<{ id: number }>(`SELECT id FROM environments WHERE name = 'dev'`);
  environmentId = (dev as { id: number }).id;
});
afterAll(async () => {
  await Promise.all([reader.close(), writer.close()]);
  for (const link of links) await link.close();
  await Promise.all([database.close(), redis.stop()]);
  upstream.closeAllConnections();
  upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

const replica = (link: Link) => testProxy(database.url, database.encryptionKey, link.url);

/** Until what a replica remembers is good for longer than a second. */
const trusts = (proxy: TestProxy) =>
  vi.waitFor(
    () => {
      const now = performance.now();
      expect(now - proxy.get(Invalidations).provenSince(now - 1)).toBeLessThan(800);
    },
    { timeout: 15_000, interval: 20 },
  );

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Between calls, so that those of the other connections are not kept waiting. */
const PAUSE_MS = 20;

/** A connection in use, and the key it is used with. */
class InUse {
  readonly key: string;
  readonly before: Answer;

  private constructor(
    readonly name: string,
    key: string,
    before: Answer,
  ) {
    this.key = key;
    this.before = before;
  }

  /** @param key where it is not given, one of its own */
  static async start(name: string, given?: string): Promise<InUse> {
    await reader.connect(name, 'private-api-bearer', { type: 'API_KEY', apiKey: 'the-old-token' }, { base_url: `${base}/old` });
    const key = given ?? (await reader.newKey('environment:proxy'));
    const before = await InUse.#call(name, key);
    expect(before).toEqual({ status: 200, text: '/old/path Bearer the-old-token' });
    return new InUse(name, key, before);
  }

  /** How long after it was made calls still begin for which a change does not count, in milliseconds; and what is answered then. */
  async after(change: Promise<unknown>): Promise<{ lateMs: number; answer: Answer }> {
    await change;
    const changedAt = performance.now();
    let lateMs = 0;
    for (;;) {
      const begunMs = performance.now() - changedAt;
      const answer = await InUse.#call(this.name, this.key);
      if (answer.text !== this.before.text) return { lateMs, answer };
      lateMs = begunMs;
      await delay(PAUSE_MS);
    }
  }

  static async #call(name: string, key: string): Promise<Answer> {
    const headers = { authorization: `Bearer ${key}`, 'provider-config-key': name, 'connection-id': name };
    const response = await fetch(`${reader.url}/proxy/path`, { headers });
    return { status: response.status, text: await response.text() };
  }
}

/** There is no route for it: what whoever writes to the table does, after the commit. */
async function changeKey(key: string, assignment: string): Promise<void> {
  const hash = hashApiKey(key);
  await writer.get(Database).query(`UPDATE api_keys SET ${assignment} WHERE hash = $1`, [hash]);
  writer.get(Invalidations).publish('api_key', hash);
}

async function changeConfig(name: string): Promise<void> {
  const { id } = await writer.get(Connections).peek(environmentId, name, name);
  await writer.get(ConnectionConfigs).merge(environmentId, id, { base_url: `${base}/new` });
}

const newToken = (name: string) => ({
  providerConfigKey: name,
  connectionId: name,
  credentials: { type: 'API_KEY' as const, apiKey: 'the-new-token' },
  connectionConfig: { base_url: `${base}/old` },
});

interface Change {
  make(used: InUse): Promise<unknown>;
  readonly answers: Partial<Answer>;
}

const CHANGES: Readonly<Record<string, Change>> = {
  'a deleted key': { make: ({ key }) => changeKey(key, 'deleted_at = now()'), answers: { status: 401 } },
  'a key of fewer scopes': {
    make: ({ key }) => changeKey(key, `scopes = '{environment:records}'`),
    answers: { status: 403 },
  },
  'a deleted connection': {
    make: ({ name }) => writer.get(Connections).remove(environmentId, name, name),
    answers: { status: 400 },
  },
  'new credentials': {
    make: ({ name }) => writer.get(Connections).import(environmentId, newToken(name)),
    answers: { status: 200, text: '/old/path Bearer the-new-token' },
  },
  'another configuration': { make: ({ name }) => changeConfig(name), answers: { text: '/new/path Bearer the-old-token' } },
  'a deleted integration': { make: ({ name }) => writer.get(Integrations).remove(environmentId, name), answers: { status: 404 } },
};

const TROUBLES: Readonly<Record<string, () => Promise<void> | void>> = {
  'all is well': () => undefined,
  'the one that serves is cut off from Redis': () => links[0].silence(),
  'the one that changes is cut off from Redis': () => links[1].silence(),
  'Redis is killed': () => redis.kill(),
};

let serial = 0;
describe.each(Object.entries(TROUBLES))('while %s', (_trouble, begin) => {
  let used: [name: string, InUse][];
  beforeEach(async () => {
    used = await Promise.all(
      Object.keys(CHANGES).map(async (change): Promise<[string, InUse]> => [change, await InUse.start(`c${++serial}`)]),
    );
    await Promise.all([trusts(reader), trusts(writer)]);
  });
  afterEach(async () => {
    for (const link of links) link.restore();
    if (!redis.isRunning()) await redis.restart();
    await Promise.all([trusts(reader), trusts(writer)]);
  });

  it('changes count within a second', async () => {
    await begin();
    const made = used.map(async ([change, connection]) => {
      const wanted = CHANGES[change] as Change;
      const { lateMs, answer } = await connection.after(wanted.make(connection));
      expect([change, answer]).toEqual([change, expect.objectContaining(wanted.answers)]);
      return [change, lateMs] as const;
    });
    const late = (await Promise.all(made)).filter(([, lateMs]) => lateMs > 1_000);
    expect(late).toEqual([]);
  });
});

it('a preset key that the migration step replaces stops working within a second', async () => {
  const migrate = async (key: string) =>
    migrateAll({
      NANGO_DATABASE_URL: database.url,
      NANGO_REDIS_URL: redis.url,
      NANGO_ENCRYPTION_KEY: database.encryptionKey,
      NANGO_SECRET_KEY_DEV: key,
    });
  const [older, newer] = [randomUUID(), randomUUID()];
  await migrate(older);
  const used = await InUse.start('preset', older);
  await trusts(reader);
  const { lateMs, answer } = await used.after(migrate(newer));
  expect([answer.status, lateMs < 1_000]).toEqual([401, true]);
});
