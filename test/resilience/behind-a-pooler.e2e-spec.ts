import pg from 'pg';
import { startStack, startUpstream, type Stack, type Upstream } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePgBouncer } from '../../tools/setup/pgbouncer.mjs';
import { Api, connect, expectStatus, of } from '../e2e/support/api.js';
import { deploy } from '../e2e/support/functions.js';

/** A few connections of Postgres for all services (docs/runbooks/pooler.md). `npm run test:pooled` runs every end-to-end test like this. */
const program = await ensurePgBouncer(console.log);
const CONNECTION = of('pooled', 'pooled-connection');
const AT_ONCE = 40;
const RECORDS = 250;

interface PoolRow {
  database: string;
  pool_mode: string;
  cl_active: number;
  cl_waiting: number;
  sv_active: number;
  sv_idle: number;
  sv_used: number;
}

describe.skipIf(program === undefined)('behind a pooler in transaction mode', () => {
  let stack: Stack;
  let api: Api;
  let upstream: Upstream;

  beforeAll(async () => {
    stack = await startStack({ mode: 'split', pooler: program });
    api = new Api(stack);
    upstream = await startUpstream();
    upstream.on('GET', '/items', () => ({
      status: 200,
      body: Array.from({ length: RECORDS }, (_, n) => ({ id: String(n), name: `item ${n}` })),
    }));
    await connect(api, 'pooled', upstream.url);
    await deploy(api, 'pooled', [
      {
        type: 'sync',
        name: 'items',
        models: ['Item'],
        exec: `const { data } = await nango.get({ endpoint: '/items' }); await nango.batchSave(data, 'Item');`,
      },
      { type: 'action', name: 'ping', exec: `return 'pong';` },
    ]);
  }, 120_000);
  afterAll(async () => {
    await upstream?.close();
    await stack?.stop();
  });

  /** Of the pool that the services share; null where they have none. */
  async function poolOf(): Promise<PoolRow | null> {
    const client = new pg.Client({ connectionString: stack.poolerUrl });
    await client.connect();
    try {
      // The console knows no parameters and no extended protocol.
      const { rows } = await client.query<PoolRow>('SHOW POOLS');
      const name = new URL(stack.databaseUrl).pathname.slice(1);
      return rows.find(({ database }) => database === name) ?? null;
    } finally {
      await client.end();
    }
  }

  it('the services are many clients of few connections', async () => {
    await Promise.all(Array.from({ length: AT_ONCE }, () => expectStatus(api.get('/connections'), 200)));
    const pool = await poolOf();
    const clients = Number(pool?.cl_active) + Number(pool?.cl_waiting);
    const servers = Number(pool?.sv_active) + Number(pool?.sv_idle) + Number(pool?.sv_used);
    expect(servers).toBeGreaterThan(0);
    expect(clients).toBeGreaterThan(servers);
  });

  it('no service reaches Postgres past it', async () => {
    const client = new pg.Client({ connectionString: stack.databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ sessions: number }>(
        `SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND backend_type = 'client backend'`,
      );
      const pool = await poolOf();
      expect(rows[0]?.sessions).toBeLessThanOrEqual(Number(pool?.sv_active) + Number(pool?.sv_idle) + Number(pool?.sv_used));
    } finally {
      await client.end();
    }
  });

  it('actions answer, many at once', async () => {
    const replies = await Promise.all(
      Array.from({ length: AT_ONCE }, () => api.post('/action/trigger', { action_name: 'ping' }, { headers: CONNECTION })),
    );
    expect(replies.map(({ status, body }) => [status, body])).toEqual(Array.from({ length: AT_ONCE }, () => [200, 'pong']));
  });

  it('a sync runs to its end, again and again, and its records are read', async () => {
    for (let run = 0; run < 3; run += 1) {
      await expectStatus(
        api.post('/sync/trigger', { provider_config_key: 'pooled', connection_id: 'pooled-connection', syncs: ['items'] }),
        200,
      );
      await expect.poll(() => finishedRuns(), { timeout: 30_000 }).toBe(run + 1);
    }
    const page = await expectStatus(
      api.get<{ records: unknown[] }>(`/records?model=Item&limit=${RECORDS}`, { headers: CONNECTION }),
      200,
    );
    expect(page.body.records).toHaveLength(RECORDS);
  });

  async function finishedRuns(): Promise<number> {
    const client = new pg.Client({ connectionString: stack.databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ runs: number }>(
        `SELECT count(*)::int AS runs FROM executions WHERE kind = 'sync' AND state = 'succeeded'`,
      );
      return rows[0]?.runs ?? 0;
    } finally {
      await client.end();
    }
  }
});
