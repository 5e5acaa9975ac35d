import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Executions } from '#libs/executions';
import { Records } from '#libs/records';
import { SyncRuns } from '#libs/scheduling';
import { type Answer, startTestServer, type TestServer } from '../deploys/test-server.js';
import { RemovedRecords } from './removed-records.service.js';
import type { StatusReply } from './syncs.dto.js';

const KEY = 'crm';
const OF = { provider_config_key: KEY, connection_id: 'one' };
const HEADERS = { 'provider-config-key': KEY, 'connection-id': 'one' };
let server: TestServer;
let connectionRowId: number;

interface Failure {
  error: { code: string; payload?: unknown; errors?: { path: string[] }[] };
}
const codeOf = ({ status, body: { error } }: Answer<Failure>) => [status, error.code];

const flow = (name: string) => ({
  type: 'sync',
  syncName: name,
  providerConfigKey: KEY,
  models: ['Contact'],
  runs: 'every hour',
  fileBody: { js: name, ts: name },
});

beforeAll(async () => {
  server = await startTestServer();
  await server.call('POST', '/integrations', { provider: 'private-api-bearer', unique_key: KEY });
  for (const connection_id of ['one', 'two']) {
    const connection_config = { base_url: 'https://api.example' };
    const credentials = { type: 'API_KEY', apiKey: 'k' };
    await server.call('POST', '/connections', { provider_config_key: KEY, connection_id, connection_config, credentials });
  }
  const flowConfigs = [flow('contacts'), flow('companies')];
  const deployed = await server.call('POST', '/sync/deploy', { flowConfigs, nangoYamlBody: '', reconcile: true, debug: false });
  expect(deployed).toMatchObject({ status: 200 });
  const [row] = await server.db.query<{ id: number }>(`SELECT id FROM connections WHERE connection_id = 'one'`);
  connectionRowId = row?.id ?? 0;
});

afterAll(() => server?.close());

const post = <Body = Failure>(path: string, body: object, headers: Record<string, string> = {}) =>
  server.call<Body>('POST', path, body, headers);
const status = async (query = 'syncs=*') => {
  const reply = await server.call<StatusReply>('GET', `/sync/status?${query}&provider_config_key=${KEY}&connection_id=one`);
  return reply.body.syncs;
};
const queuedRuns = () =>
  server.db.query<{ id: string; sync_id: string }>(`SELECT id, sync_id FROM executions WHERE kind = 'sync' AND state = 'queued'`);

/** Claims an execution and opens its run. */
async function open(id: string) {
  const execution = await server.get(Executions).claim(id, randomUUID());
  return execution && server.get(SyncRuns).start(execution);
}

/** Runs everything that waits to its end. */
async function drain(): Promise<void> {
  for (const { id } of await queuedRuns()) {
    const run = await open(id);
    const batch = {
      environmentId: server.environmentId,
      connectionId: run?.connectionRowId ?? 0,
      runId: id,
      batchId: randomUUID(),
    };
    await server.get(Records).saveBatch({ ...batch, model: 'Contact', records: [{ id: 'a', name: 'Ada' }] });
    const results = { Contact: { added: 1, updated: 0, deleted: 0 } };
    await server.get(SyncRuns).finish(id, { status: 'succeeded', output: null, durationMs: 1, proxyCalls: 0, results });
  }
}

describe('trigger', () => {
  it('runs the named syncs, by body or headers, and says so however often', async () => {
    expect(await post('/sync/trigger', { ...OF, syncs: ['contacts'] })).toEqual({ status: 200, body: { success: true } });
    expect(await post('/sync/trigger', { syncs: [{ name: 'contacts', extra: 1 }] }, HEADERS)).toMatchObject({ status: 200 });
    expect(await queuedRuns()).toHaveLength(1);
    await drain();
  });

  it('without names or connection runs all of the integration', async () => {
    expect((await post('/sync/trigger', { syncs: [], provider_config_key: KEY })).status).toBe(200);
    expect(await queuedRuns()).toHaveLength(4);
    await drain();
  });

  it('resets in every form the API has had', async () => {
    await post('/sync/trigger', { ...OF, syncs: ['contacts'], opts: { reset: true, emptyCache: true } });
    await post('/sync/trigger', { ...OF, syncs: ['companies'], sync_mode: 'full_refresh' });
    const options = await server.db.query<{ options: object }>(
      `SELECT options FROM executions WHERE state = 'queued' ORDER BY id`,
    );
    expect(options).toEqual([{ options: { isTriggered: true, emptyCache: true } }, { options: { isTriggered: true } }]);
    await drain();
  });

  it.each<[string, object, Record<string, string>, number, string]>([
    ['no integration', { syncs: [] }, {}, 400, 'missing_provider_config_key'],
    ['an unknown integration', { syncs: [], provider_config_key: 'nobody' }, {}, 400, 'unknown_provider_config'],
    ['an unknown connection', { ...OF, syncs: [], connection_id: 'nobody' }, {}, 404, 'unknown_connection'],
    ['an unknown sync', { ...OF, syncs: ['nothing'] }, {}, 400, 'no_syncs_found'],
    ['two ways to reset', { ...OF, syncs: [], opts: { reset: true }, full_resync: true }, {}, 400, 'invalid_body'],
    ['an unknown key', { ...OF, syncs: [], colour: 'red' }, {}, 400, 'invalid_body'],
    ['a bad name', { ...OF, syncs: ['a b'] }, {}, 400, 'invalid_body'],
  ])('with %s is refused', async (_case, body, headers, expected, code) => {
    expect(codeOf(await post('/sync/trigger', body, headers))).toEqual([expected, code]);
  });

  it('refuses classically', async () => {
    expect((await post('/sync/trigger', { ...OF, syncs: [], connection_id: 'nobody' })).body.error.payload).toEqual({});
  });
});

describe('start and pause', () => {
  it('change the schedule', async () => {
    await post('/sync/start', { ...OF, syncs: ['contacts', { name: 'companies', variant: 'base' }] });
    expect((await status()).map((sync) => [sync.name, sync.nextScheduledSyncAt !== null])).toEqual([
      ['companies', true],
      ['contacts', true],
    ]);
    await post('/sync/pause?ignored=1', { ...OF, syncs: [] });
    expect((await status()).map((sync) => sync.status)).toEqual(['PAUSED', 'PAUSED']);
  });

  it('are strict about references', async () => {
    expect(codeOf(await post('/sync/start', { ...OF, syncs: [{ name: 'contacts', extra: 1 }] }))).toEqual([400, 'invalid_body']);
  });
});

describe('cancel', () => {
  it('ends a run that is on or waits, and says so also where there is none', async () => {
    await post('/sync/trigger', { ...OF, syncs: ['contacts'] });
    const [{ id } = { id: '' }] = await queuedRuns();
    await open(id);
    expect(await post('/sync/cancel', { ...OF, syncs: [] })).toEqual({ status: 200, body: { success: true } });
    expect((await status('syncs=contacts'))[0]).toMatchObject({ status: 'PAUSED', latestExecutionStatus: 'STOPPED' });
    expect((await server.get(Executions).find(id))?.state).toBe('cancelled');
    expect((await post('/sync/cancel', { ...OF, syncs: ['contacts'] })).status).toBe(200);
    await post('/sync/trigger', { ...OF, syncs: ['contacts'] });
    await drain();
  });

  it.each<[string, object, number, string]>([
    ['an unknown connection', { ...OF, syncs: [], connection_id: 'nobody' }, 404, 'unknown_connection'],
    ['an unknown sync', { ...OF, syncs: ['nothing'] }, 400, 'no_syncs_found'],
    ['an unknown key', { ...OF, syncs: [], opts: {} }, 400, 'invalid_body'],
  ])('of %s is refused', async (_case, body, expected, code) => {
    expect(codeOf(await post('/sync/cancel', body))).toEqual([expected, code]);
  });
});

describe('a reconnection', () => {
  it('runs at once what failed, and leaves paused what a user paused', async () => {
    await post('/sync/start', { ...OF, syncs: ['contacts'] });
    await post('/sync/trigger', { ...OF, syncs: [] });
    for (const { id } of await queuedRuns()) {
      await open(id);
      const error = { code: 'script_http_error', status: 424 };
      await server.get(SyncRuns).finish(id, { status: 'failed', error, durationMs: 1, proxyCalls: 0 });
    }
    const connection_config = { base_url: 'https://api.example' };
    const again = { ...OF, connection_config, credentials: { type: 'API_KEY', apiKey: 'new' } };
    expect(await server.call('POST', '/connections', again)).toMatchObject({ status: 201 });
    const [companies, contacts] = await status();
    expect(Date.parse(contacts?.nextScheduledSyncAt ?? '')).toBeLessThanOrEqual(Date.now());
    expect(companies).toMatchObject({ status: 'PAUSED', nextScheduledSyncAt: null });
    await post('/sync/pause', { ...OF, syncs: [] });
    await post('/sync/trigger', { ...OF, syncs: [] });
    await drain();
  });
});

describe('status', () => {
  it('tells how a sync stands', async () => {
    const [sync, ...others] = await status('syncs=contacts,nothing');
    expect(others).toEqual([]);
    expect(sync).toEqual({
      id: expect.any(String),
      connection_id: 'one',
      type: 'INITIAL',
      finishedAt: expect.stringMatching(/Z$/),
      nextScheduledSyncAt: null,
      name: 'contacts',
      variant: 'base',
      status: 'PAUSED',
      frequency: 'every hour',
      latestResult: { Contact: { added: 1, updated: 0, deleted: 0 } },
      latestExecutionStatus: 'SUCCESS',
      recordCount: { Contact: 1 },
      checkpoint: null,
    });
  });

  it('is RUNNING, without an end, while a run is on', async () => {
    await post('/sync/trigger', { ...OF, syncs: ['contacts'] });
    const [{ id } = { id: '' }] = await queuedRuns();
    await open(id);
    const [sync] = await status('syncs=contacts');
    expect(sync).toMatchObject({ status: 'RUNNING', latestExecutionStatus: 'RUNNING' });
    expect(sync).not.toHaveProperty('finishedAt');
    await server.get(SyncRuns).finish(id, { status: 'succeeded', output: null, durationMs: 1, proxyCalls: 0 });
  });

  it('of an unknown connection is a bad body', async () => {
    const reply = await server.call<Failure>('GET', `/sync/status?syncs=*&provider_config_key=${KEY}&connection_id=nobody`);
    expect(codeOf(reply)).toEqual([400, 'invalid_body']);
    expect(codeOf(await server.call<Failure>('GET', '/sync/status?syncs=*'))).toEqual([400, 'invalid_query_params']);
  });
});

describe('variants', () => {
  const path = '/sync/contacts/variant/eu';

  it('have a status with the counts of their own records', async () => {
    const made = await post<{ id: string }>('/sync/contacts/variant/us', OF);
    const batch = { environmentId: server.environmentId, connectionId: connectionRowId, runId: randomUUID(), batchId: 'us' };
    const records = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    await server.get(Records).saveBatch({ ...batch, model: 'Contact::us', records });
    const [base, variant] = await status('syncs=contacts,contacts::us');
    expect(base).toMatchObject({ variant: 'base', recordCount: { Contact: 1 } });
    expect(variant).toMatchObject({ id: made.body.id, variant: 'us', recordCount: { Contact: 3 }, frequency: 'every hour' });
    await server.call('DELETE', '/sync/contacts/variant/us', OF);
  });

  it('come and go', async () => {
    const made = await post<{ id: string }>(path, OF);
    expect(made).toEqual({ status: 200, body: { id: expect.any(String), name: 'contacts', variant: 'eu' } });
    expect(codeOf(await post(path, OF))).toEqual([400, 'sync_variant_already_exists']);
    expect((await status('syncs=contacts::eu')).map(({ id, variant }) => [id, variant])).toEqual([[made.body.id, 'eu']]);
    expect(await server.call('DELETE', path, OF)).toEqual({ status: 200, body: { success: true } });
    expect(codeOf(await server.call<Failure>('DELETE', path, OF))).toEqual([404, 'not_found']);
  });

  it.each([
    ['the base variant', '/sync/contacts/variant/Base', OF, 'invalid_variant'],
    ['an unknown connection', path, { ...OF, connection_id: 'nobody' }, 'unknown_connection'],
    ['an unknown integration', path, { ...OF, provider_config_key: 'nobody' }, 'unknown_provider_config'],
    ['an unknown sync', '/sync/nothing/variant/eu', OF, 'unknown_sync'],
  ])('of %s are refused', async (_case, where, body, code) => {
    expect(codeOf(await post(where, body))).toEqual([400, code]);
  });
});

describe('frequency', () => {
  const put = (body: object) =>
    server.call<Failure>('PUT', '/sync/update-connection-frequency', { ...OF, sync_name: 'contacts', ...body });

  it.each([
    [{ frequency: 'every 5s' }, 'invalid_body'],
    [{ frequency: 'sometimes' }, 'invalid_body'],
    [{ frequency: '5m', sync_name: 'nothing' }, 'unknown_sync'],
    [{ frequency: '5m', connection_id: 'nobody' }, 'unknown_connection'],
  ])('%o is refused', async (body, code) => expect(codeOf(await put(body))).toEqual([400, code]));
});

describe('records', () => {
  const records = (query: string, headers: Record<string, string> = HEADERS) =>
    server.call<
      Failure & {
        records: { id: string; _nango_metadata: { cursor: string; pruned_at: string | null } }[];
        next_cursor: string | null;
      }
    >('GET', `/records/?${query}`, undefined, headers);

  it('are read by model and variant', async () => {
    const reply = await records('model=Contact&variant=base');
    expect(reply).toMatchObject({
      status: 200,
      body: { records: [{ id: 'a', name: 'Ada', _nango_metadata: { last_action: 'ADDED' } }], next_cursor: null },
    });
    expect((await records('model=Contact&variant=eu')).body.records).toEqual([]);
    expect((await records('model=Contact&ids=a&ids=b&filter=added,UPDATED')).body.records).toHaveLength(1);
    expect((await records(`model=Contact&modified_after=${new Date(Date.now() + 60_000).toISOString()}`)).body.records).toEqual(
      [],
    );
  });

  it.each([
    'model=contact',
    'model=Contact&modified_after=2020-01-01T00:00:00Z',
    'model=Contact&modified_after=yesterday',
    'model=Contact&filter=moved',
    'model=Contact&limit=0',
    'model=Contact&cursor=garbage',
  ])('%s is refused', async (query) => {
    expect(codeOf(await records(query))).toEqual([400, 'invalid_query_params']);
  });

  it('need headers that name a connection', async () => {
    expect(codeOf(await records('model=Contact', {}))).toEqual([400, 'invalid_headers']);
    expect(codeOf(await records('model=Contact', { ...HEADERS, 'connection-id': 'nobody' }))).toEqual([
      400,
      'unknown_connection',
    ]);
  });

  it('are pruned up to a cursor', async () => {
    const cursor = (await records('model=Contact')).body.records[0]?._nango_metadata.cursor;
    const pruned = await server.call<Failure>('PATCH', '/records/prune', { model: 'Contact', until_cursor: cursor }, HEADERS);
    expect(pruned).toMatchObject({ status: 200, body: { count: 1 } });
    expect((await records('model=Contact')).body.records[0]).toEqual({
      id: 'a',
      _nango_metadata: expect.objectContaining({ pruned_at: expect.any(String) }),
    });
    expect(
      codeOf(await server.call<Failure>('PATCH', '/records/prune', { model: 'Contact', until_cursor: 'x' }, HEADERS)),
    ).toEqual([400, 'invalid_body']);
  });
});

it('removes the records of syncs that are gone, but of no model a live sync writes too', async () => {
  const save = (model: string) =>
    server.get(Records).saveBatch({
      environmentId: server.environmentId,
      connectionId: connectionRowId,
      model,
      runId: randomUUID(),
      batchId: 'b',
      records: [{ id: 'x' }],
    });
  const only = { ...flow('tickets'), models: ['Ticket', 'Contact'] };
  const deployOf = (flowConfigs: object[]) =>
    server.call('POST', '/sync/deploy', { flowConfigs, nangoYamlBody: '', reconcile: true, debug: false });
  await deployOf([flow('contacts'), flow('companies'), only]);
  await save('Ticket');
  await save('Contact');
  await deployOf([flow('contacts'), flow('companies')]);
  await server.get(RemovedRecords).sweep();
  const counts = await server.get(Records).counts(connectionRowId);
  expect(counts.filter(({ count }) => count > 0).map(({ model }) => model)).toEqual(['Contact']);
  expect(await server.db.query(`SELECT 1 FROM syncs WHERE name = 'tickets'`)).toEqual([]);
});

it('closes syncs with their connection, and removes all that was stored for it', async () => {
  const forgotten = { environmentId: server.environmentId, connectionId: connectionRowId, model: 'OfAnEarlierDeploy' };
  await server.get(Records).saveBatch({ ...forgotten, runId: randomUUID(), batchId: 'b', records: [{ id: 'x' }] });
  await server.call('DELETE', `/connections/one?provider_config_key=${KEY}`);
  await server.get(RemovedRecords).sweep();
  expect(await server.get(Records).counts(connectionRowId)).toEqual([]);
  expect(await server.db.query('SELECT 1 FROM syncs WHERE connection_id = $1 AND deleted_at IS NULL', [connectionRowId])).toEqual(
    [],
  );
});
