import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Invalidations } from '#libs/cache';
import { countStatements, type StatementCounts, type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { type TestProxy, testProxy } from './test-proxy.js';

/** Warm calls cost the database nothing: Postgres itself counts, whoever sends the statements. Logs are kept in memory here. */
const CALLS = 1_000;
const CALLERS = 4;
const CALLS_A_SECOND = 250;

let database: TestDatabase;
let redis: TestRedis;
let proxy: TestProxy;
let counts: StatementCounts | null;
const upstream = createServer((_request, response) => void response.end('ok'));

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  counts = await countStatements(database.url);
  proxy = await testProxy(database.url, database.encryptionKey, redis.url);
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  for (const name of ['one', 'two'])
    await proxy.connect(name, 'private-api-bearer', { type: 'API_KEY', apiKey: 'k' }, { base_url: base });
});
afterAll(async () => {
  await proxy.close();
  await counts?.close();
  await Promise.all([database.close(), redis.close()]);
  upstream.closeAllConnections();
  upstream.close();
});

async function call(name: string): Promise<void> {
  const headers = { authorization: `Bearer ${proxy.key}`, 'provider-config-key': name, 'connection-id': name };
  const response = await fetch(`${proxy.url}/proxy/x`, { headers });
  expect([response.status, await response.text()]).toEqual([200, 'ok']);
}

/** Calls in turn, at a steady pace. */
async function caller(calls: number): Promise<void> {
  const startedAt = performance.now();
  for (let n = 0; n < calls; n += 1) {
    await call(n % 2 === 0 ? 'one' : 'two');
    const dueAt = startedAt + ((n + 1) * 1_000 * CALLERS) / CALLS_A_SECOND;
    await delay(Math.max(0, dueAt - performance.now()));
  }
}

/** Until what is remembered is relied on, and what the first calls left to be written is. */
async function warm(statements: StatementCounts): Promise<void> {
  await vi.waitFor(
    async () => {
      await Promise.all([call('one'), call('two')]);
      const now = performance.now();
      expect(now - proxy.get(Invalidations).provenSince(now - 1)).toBeLessThan(800);
      expect([...(await statements.read()).keys()].filter((sql) => sql.includes('last_fetched_at ='))).toHaveLength(1);
    },
    { timeout: 15_000, interval: 100 },
  );
}

it('a thousand of them over several seconds send no statement at all', async (context) => {
  if (!counts) {
    context.skip('the Postgres of NANGO_DATABASE_URL does not load pg_stat_statements');
    return;
  }
  await counts.reset();
  await call('one');
  const cold = [...(await counts.read()).keys()].join('\n');
  for (const table of ['api_keys', 'environments', 'integrations', 'connections']) expect(cold).toContain(table);
  await warm(counts);
  await counts.reset();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CALLERS }, () => caller(CALLS / CALLERS)));
  expect(performance.now() - startedAt).toBeGreaterThan(3_000);
  // Processes say now and then which data keys they hold, calls or none.
  expect([...(await counts.read()).keys()].filter((sql) => !sql.includes('data_keys'))).toEqual([]);
});
