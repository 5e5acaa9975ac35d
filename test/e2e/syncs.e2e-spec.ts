import { createHash, createHmac } from 'node:crypto';
import { startUpstream, type Upstream } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Api, connect, expectStatus, of } from './support/api.js';
import { deploy } from './support/functions.js';

/** A sync: schedule → execution → runner → persist → records → webhook (spec/api.md §3.6, §3.7, §6.4). */
const INTEGRATION = 'syncs';
const CONNECTION = of(INTEGRATION, 'syncs-connection');
let api: Api;
let upstream: Upstream;
let contacts: { id: string; name: string }[] = [];

interface SyncRecord {
  id: string;
  name?: string;
  _nango_metadata: { last_action: string; cursor: string };
}
interface Page {
  records: SyncRecord[];
  next_cursor: string | null;
}

beforeAll(async () => {
  api = new Api(inject('stack'));
  upstream = await startUpstream();
  upstream.on('GET', '/contacts', () => ({ status: 200, body: contacts }));
  upstream.on('POST', '/hook', () => ({ status: 200, body: {} }));
  await connect(api, INTEGRATION, upstream.url);
  await expectStatus(api.patch('/api/v1/environments/webhook', { primary_url: `${upstream.url}/hook` }), 200);
  await deploy(api, INTEGRATION, [
    {
      type: 'sync',
      name: 'contacts',
      models: ['Contact'],
      exec: `
        await nango.trackDeletesStart('Contact');
        const { data } = await nango.get({ endpoint: '/contacts' });
        await nango.batchSave(data, 'Contact');
        await nango.trackDeletesEnd('Contact');
      `,
    },
    {
      type: 'sync',
      name: 'tracked',
      models: ['Tracked'],
      trackDeletes: true,
      exec: `const { data } = await nango.get({ endpoint: '/contacts' }); await nango.batchSave(data, 'Tracked');`,
    },
    { type: 'sync', name: 'no-id', models: ['Broken'], exec: `await nango.batchSave([{ name: 'nobody' }], 'Broken');` },
    {
      type: 'sync',
      name: 'resumes',
      models: ['Step'],
      exec: `
        const from = (await nango.getCheckpoint())?.step ?? 0;
        await nango.batchSave([{ id: String(from) }], 'Step');
        await nango.saveCheckpoint({ step: from + 1 });
      `,
    },
    { type: 'sync', name: 'spins', models: ['Nothing'], exec: `for (;;) await nango.getMetadata();` },
    {
      type: 'sync',
      name: 'deletes',
      models: ['Gone'],
      exec: `await nango.batchSave([{ id: '1', name: 'kept' }], 'Gone'); await nango.batchDelete([{ id: '1' }], 'Gone');`,
    },
  ]);
});
afterAll(() => upstream.close());

interface SyncStatus {
  name: string;
  status: string;
  latestExecutionStatus?: string;
  finishedAt?: string;
  latestResult?: Record<string, object>;
  recordCount: Record<string, number>;
  checkpoint: object | null;
  nextScheduledSyncAt: string | null;
}
const statusOf = async (name: string): Promise<SyncStatus> => {
  const reply = await api.get<{ syncs: SyncStatus[] }>(
    `/sync/status?provider_config_key=${INTEGRATION}&connection_id=syncs-connection&syncs=${name}`,
  );
  const [sync] = reply.body.syncs;
  if (!sync) throw new Error(`no sync ${name}: ${reply.text}`);
  return sync;
};

/** Triggers a sync and waits until a run that started after that has finished. */
async function run(name: string): Promise<SyncStatus> {
  const before = (await statusOf(name)).finishedAt;
  await expectStatus(
    api.post('/sync/trigger', { provider_config_key: INTEGRATION, connection_id: 'syncs-connection', syncs: [name] }),
    200,
  );
  await expect.poll(async () => (await statusOf(name)).finishedAt ?? before, { timeout: 20_000 }).not.toBe(before);
  return statusOf(name);
}

const records = async (query: string): Promise<Page> =>
  (await expectStatus(api.get<Page>(`/records/?${query}`, { headers: CONNECTION }), 200)).body;
const hooks = () => upstream.requests.filter((request) => request.path === '/hook');

describe('a sync', () => {
  it('waits for its first start when it does not start by itself', async () => {
    expect(await statusOf('contacts')).toMatchObject({ status: 'PAUSED', nextScheduledSyncAt: null, recordCount: {} });
  });

  it('saves what it fetched, and says what changed', async () => {
    contacts = [
      { id: '1', name: 'Ada' },
      { id: '2', name: 'Grace' },
    ];
    const status = await run('contacts');
    expect(status).toMatchObject({
      latestResult: { Contact: { added: 2, updated: 0, deleted: 0 } },
      recordCount: { Contact: 2 },
    });
    const page = await records('model=Contact');
    expect(page.records.map((record) => [record.id, record.name, record._nango_metadata.last_action])).toEqual([
      ['1', 'Ada', 'ADDED'],
      ['2', 'Grace', 'ADDED'],
    ]);
  });

  it('hands a reader that follows the cursor each change once, deletions too', async () => {
    const seen = (await records('model=Contact')).records.at(-1)?._nango_metadata.cursor ?? '';
    contacts = [
      { id: '2', name: 'Grace Hopper' },
      { id: '3', name: 'Edsger' },
    ];
    await run('contacts');
    const page = await records(`model=Contact&cursor=${encodeURIComponent(seen)}`);
    const actions = Object.fromEntries(page.records.map((record) => [record.id, record._nango_metadata.last_action]));
    expect(actions).toEqual({ '1': 'DELETED', '2': 'UPDATED', '3': 'ADDED' });
    expect((await records('model=Contact&filter=deleted')).records.map((record) => record.id)).toEqual(['1']);
  });

  it('changes nothing when nothing changed', async () => {
    const before = (await records('model=Contact')).records;
    const status = await run('contacts');
    expect(status.latestResult).toMatchObject({ Contact: { added: 0, updated: 0, deleted: 0 } });
    expect((await records('model=Contact')).records).toEqual(before);
  });

  it('pages through its records', async () => {
    const first = await records('model=Contact&limit=2');
    expect(first.records).toHaveLength(2);
    const second = await records(`model=Contact&limit=2&cursor=${encodeURIComponent(first.next_cursor ?? '')}`);
    expect(second.next_cursor).toBeNull();
    expect(new Set([...first.records, ...second.records].map((record) => record.id))).toEqual(new Set(['1', '2', '3']));
  });

  it('continues from its checkpoint', async () => {
    await run('resumes');
    const status = await run('resumes');
    expect(status.checkpoint).toEqual({ step: 2 });
    expect((await records('model=Step')).records.map((record) => record.id)).toEqual(['0', '1']);
  });

  it('starts over on reset', async () => {
    await expectStatus(
      api.post('/sync/trigger', {
        provider_config_key: INTEGRATION,
        connection_id: 'syncs-connection',
        syncs: ['resumes'],
        opts: { reset: true, emptyCache: true },
      }),
      200,
    );
    await expect.poll(async () => (await statusOf('resumes')).checkpoint, { timeout: 20_000 }).toEqual({ step: 1 });
    expect((await records('model=Step')).records.map((record) => record.id)).toEqual(['0']);
  });

  it('keeps a deleted record’s payload', async () => {
    await run('deletes');
    const [record] = (await records('model=Gone')).records;
    expect(record).toMatchObject({ id: '1', name: 'kept', _nango_metadata: { last_action: 'DELETED' } });
  });

  it('deletes what it did not see, where its definition says so', async () => {
    contacts = [{ id: 'a', name: 'A' }];
    await run('tracked');
    contacts = [{ id: 'b', name: 'B' }];
    expect((await run('tracked')).latestResult).toEqual({ Tracked: { added: 1, updated: 0, deleted: 1 } });
  });

  it('fails with the reason when a record has no id, and saves nothing', async () => {
    const status = await run('no-id');
    expect(status.status).toBe('PAUSED');
    expect((await records('model=Broken')).records).toEqual([]);
    const hook = hooks().map(
      (request) => request.json as { success: boolean; syncName: string; error?: { description: string } },
    );
    await expect
      .poll(() =>
        hooks()
          .map((request) => request.json as { syncName: string })
          .some((body) => body.syncName === 'no-id'),
      )
      .toBe(true);
    expect(hook.every((body) => body.success || body.error)).toBe(true);
  });

  it('is started, paused and runs on its schedule', async () => {
    const command = { provider_config_key: INTEGRATION, connection_id: 'syncs-connection', syncs: ['contacts'] };
    await expectStatus(api.post('/sync/start', command), 200);
    await expect.poll(async () => (await statusOf('contacts')).nextScheduledSyncAt, { timeout: 20_000 }).not.toBeNull();
    await expectStatus(api.post('/sync/pause', command), 200);
    await expect.poll(async () => (await statusOf('contacts')).status, { timeout: 20_000 }).toBe('PAUSED');
  });
});

describe('a run that is cancelled', () => {
  const command = (path: string, sync: string) =>
    expectStatus(api.post(path, { provider_config_key: INTEGRATION, connection_id: 'syncs-connection', syncs: [sync] }), 200);

  it('ends now, also inside a loop, and the next one begins at once when it is asked for', async () => {
    await command('/sync/trigger', 'spins');
    await expect.poll(async () => (await statusOf('spins')).status, { timeout: 20_000 }).toBe('RUNNING');
    await command('/sync/cancel', 'spins');
    expect(await statusOf('spins')).toMatchObject({ status: 'PAUSED', latestExecutionStatus: 'STOPPED' });
    await expect
      .poll(() => hooks().map(({ json }) => json as { syncName: string; error?: { description: string } }), { timeout: 20_000 })
      .toContainEqual(
        expect.objectContaining({
          syncName: 'spins',
          error: expect.objectContaining({ description: 'the run was cancelled by request' }),
        }),
      );
    await command('/sync/trigger', 'spins');
    await expect.poll(async () => (await statusOf('spins')).status, { timeout: 20_000 }).toBe('RUNNING');
    await command('/sync/cancel', 'spins');
  });

  it('need not be on', async () => {
    await command('/sync/cancel', 'spins');
    expect((await statusOf('spins')).status).toBe('PAUSED');
  });
});

describe('start times', () => {
  const path = '/api/v1/environments/syncs';

  it('are spread where an environment wants it', async () => {
    expect((await api.get(path)).body).toEqual({ data: { spread_seconds: 0 } });
    await expectStatus(api.patch(path, { spread_seconds: 600 }), 200);
    expect((await api.get(path)).body).toEqual({ data: { spread_seconds: 600 } });
    await expectStatus(api.patch(path, { spread_seconds: 0 }), 200);
  });

  it.each([{}, { spread_seconds: -1 }, { spread_seconds: 86_401 }, { spread_seconds: 1.5 }, { spread_seconds: 1, more: 1 }])(
    '%o is refused',
    async (body) => {
      const reply = await api.patch<{ error: { code: string } }>(path, body);
      expect([reply.status, reply.body.error.code]).toEqual([400, 'invalid_body']);
    },
  );
});

describe('the sync webhook', () => {
  it('tells the environment, signed with its key', async () => {
    await expect.poll(() => hooks().length, { timeout: 20_000 }).toBeGreaterThan(0);
    const [hook] = hooks();
    const key = (
      await expectStatus(api.post<{ data: { webhook_signing_key: string } }>('/environment/webhook-signing-key/rotate'), 200)
    ).body.data.webhook_signing_key;
    expect(hook?.json).toMatchObject({
      from: 'nango',
      type: 'sync',
      connectionId: 'syncs-connection',
      providerConfigKey: INTEGRATION,
      syncName: 'contacts',
      syncVariant: 'base',
      model: 'Contact',
      success: true,
      responseResults: { added: 2, updated: 0, deleted: 0 },
    });
    contacts = [{ id: '9', name: 'New' }];
    const sent = hooks().length;
    await run('contacts');
    await expect.poll(() => hooks().length, { timeout: 20_000 }).toBeGreaterThan(sent);
    const signed = hooks().at(-1);
    expect(signed?.headers['x-nango-hmac-sha256']).toBe(
      createHmac('sha256', key)
        .update(signed?.text ?? '')
        .digest('hex'),
    );
    expect(signed?.headers['x-nango-signature']).toBe(
      createHash('sha256')
        .update(key + (signed?.text ?? ''))
        .digest('hex'),
    );
  });
});

describe('a call for records', () => {
  it.each([
    ['no model', '', 'invalid_query_params'],
    ['a bad cursor', 'model=Contact&cursor=garbage', 'invalid_query_params'],
    ['a limit out of bounds', 'model=Contact&limit=10001', 'invalid_query_params'],
    ['an unknown key', 'model=Contact&colour=red', 'invalid_query_params'],
  ])('with %s is refused', async (_what, query, code) => {
    const reply = await api.get<{ error: { code: string } }>(`/records?${query}`, { headers: CONNECTION });
    expect([reply.status, reply.body.error.code]).toEqual([400, code]);
  });

  it('for an unknown connection is refused', async () => {
    const reply = await api.get<{ error: { code: string } }>('/records?model=Contact', { headers: of(INTEGRATION, 'nobody') });
    expect([reply.status, reply.body.error.code]).toEqual([400, 'unknown_connection']);
  });
});
