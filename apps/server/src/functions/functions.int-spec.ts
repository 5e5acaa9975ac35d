import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FunctionVersions } from '#libs/functions';
import { type Failure, failureOf, TestIntegration } from '../deploys/test-deploys.js';
import { startTestServer, type TestServer } from '../deploys/test-server.js';
import { RemovedRecords } from '../syncs/removed-records.service.js';
import type { FunctionReply, RollBackReply, VersionsReply } from './functions.dto.js';

let server: TestServer;
let crm: TestIntegration;
let count = 0;

beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(async () => {
  crm = await TestIntegration.create(server, `crm-${(count += 1)}`);
});
afterAll(() => server?.close());

const code = (text: string) => ({ fileBody: { js: `// js ${text}`, ts: `// ts ${text}` } });
const states = async () => Object.fromEntries((await crm.syncs()).map(({ sync, state }) => [sync, state]));

describe('a function that is switched off', () => {
  const turn = (enabled: boolean, path = 'contacts') => crm.call<FunctionReply>('PATCH', path, { enabled });

  it('rests with its syncs, and goes on as they were', async () => {
    await crm.connect('runs');
    await crm.connect('paused');
    await crm.deploy([crm.flow('contacts'), crm.flow('others')]);
    await crm.command('pause', ['contacts'], 'paused');

    expect(await turn(false)).toMatchObject({ status: 200, body: { data: { name: 'contacts', enabled: false } } });
    const others = { 'paused/others': 'started', 'runs/others': 'started' };
    expect(await states()).toEqual({ 'paused/contacts': 'paused', 'runs/contacts': 'paused', ...others });

    expect((await turn(true)).body.data).toMatchObject({ enabled: true });
    expect(await states()).toEqual({ 'paused/contacts': 'paused', 'runs/contacts': 'started', ...others });
  });

  it('is refused to those who trigger it', async () => {
    await crm.connect('one');
    await crm.deploy([crm.flow('contacts'), crm.flow('others'), crm.action('create')]);
    await turn(false);
    await turn(false, 'create');
    for (const command of ['trigger', 'start'] as const) {
      expect(failureOf(await crm.command(command, ['contacts'], 'one'))).toEqual([404, 'disabled_resource']);
      expect((await crm.command(command, [], 'one')).status, 'all means all that may run').toBe(200);
    }
    expect(await states()).toMatchObject({ 'one/contacts': 'paused' });
    const variant = { provider_config_key: crm.key, connection_id: 'one' };
    const path = '/sync/contacts/variant/other';
    expect(failureOf(await server.call<Failure>('POST', path, variant))).toEqual([404, 'disabled_resource']);
  });

  it('can be paused meanwhile, and stays so', async () => {
    await crm.connect('one');
    await crm.deploy([crm.flow('contacts')]);
    await turn(false);
    expect((await crm.command('pause', ['contacts'], 'one')).status).toBe(200);
    await turn(true);
    expect(await states()).toEqual({ 'one/contacts': 'paused' });
  });

  it('stays off when it is deployed again, and opens syncs for new connections once it is on', async () => {
    await crm.deploy([crm.flow('contacts')]);
    await turn(false);
    await crm.connect('since');
    await crm.deploy([crm.flow('contacts', code('new'))]);
    expect((await crm.call<FunctionReply>('GET', 'contacts')).body.data.enabled).toBe(false);
    expect(await crm.syncs()).toEqual([]);
    await turn(true);
    await turn(true);
    expect(await states()).toEqual({ 'since/contacts': 'started' });
  });

  it('is asked for by type where several share the name', async () => {
    await crm.deploy([crm.flow('contacts'), crm.action('contacts')]);
    expect(failureOf(await crm.call<Failure>('PATCH', 'contacts', { enabled: false }))).toEqual([409, 'ambiguous_function']);
    await turn(false, 'contacts?type=action');
    expect((await crm.call<FunctionReply>('GET', 'contacts?type=sync')).body.data.enabled).toBe(true);
    expect((await crm.call<FunctionReply>('GET', 'contacts?type=action')).body.data.enabled).toBe(false);
    expect(failureOf(await crm.call<Failure>('PATCH', 'nothing', { enabled: false }))).toEqual([404, 'not_found']);
    expect(failureOf(await crm.call<Failure>('PATCH', 'contacts', { enabled: 'no' }))).toEqual([400, 'invalid_body']);
  });
});

it('that are removed leave nothing behind, however often that takes', async () => {
  const left = () => server.db.query<{ name: string }>(`SELECT name FROM syncs WHERE deleted_at IS NOT NULL ORDER BY name`);
  await crm.connect('one');
  await crm.deploy([crm.flow('stuck'), crm.flow('free')], { source: 'standalone' });
  await server.db.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$`);
  await server.db.query(
    `CREATE TRIGGER refuse BEFORE DELETE ON syncs FOR EACH ROW WHEN (OLD.name = 'stuck') EXECUTE FUNCTION refuse()`,
  );
  for (const name of ['stuck', 'free']) expect((await crm.call('DELETE', `${name}?type=sync`)).status).toBe(200);
  expect(await crm.syncs()).toEqual([]);
  await server.get(RemovedRecords).sweep();
  expect(await left()).toEqual([{ name: 'stuck' }]);
  await server.db.query('DROP TRIGGER refuse ON syncs');
  await server.get(RemovedRecords).sweep();
  expect(await left()).toEqual([]);
});

it('of an integration that does not exist are not found', async () => {
  for (const path of ['', '/contacts', '/contacts/code', '/contacts/versions']) {
    expect(failureOf(await server.call<Failure>('GET', `/integrations/nowhere/functions${path}`))).toEqual([404, 'not_found']);
  }
});

describe('versions of a function', () => {
  const versions = async (query = '') => (await crm.call<VersionsReply>('GET', `contacts/versions${query}`)).body;
  const rollBack = <Body = RollBackReply>(to: object) => crm.call<Body>('POST', 'contacts/rollback', to);
  const source = async () => (await crm.call<{ code: string }>('GET', 'contacts/code')).body.code;

  it('are listed, newest first', async () => {
    for (const text of ['1', '2', '3']) await crm.deploy([crm.flow('contacts', code(text))]);
    await crm.deploy([crm.flow('contacts', code('3'))]);
    expect(await versions('?limit=2')).toEqual({
      data: [
        {
          id: expect.any(Number),
          version: '3',
          current: true,
          deployed_at: expect.stringMatching(/Z$/),
          source: 'repo',
          sdk_version: '0.71.10-zero',
          restored_from: null,
        },
        expect.objectContaining({ version: '2', current: false }),
      ],
      pagination: { total: 3, page: 0, limit: 2 },
    });
    expect((await versions('?limit=2&page=1')).data.map(({ version }) => version)).toEqual(['1']);
    expect(failureOf(await crm.call<Failure>('GET', 'nothing/versions'))).toEqual([404, 'not_found']);
  });

  it('come back with code and definition, as a version of their own, and counting goes on', async () => {
    await crm.connect('one');
    await crm.deploy([crm.flow('contacts', { ...code('1'), runs: 'every day' })], { sdkVersion: '0.70.0-zero' });
    await crm.deploy([crm.flow('contacts', code('2'))]);
    expect(await rollBack({ version: '1' })).toEqual({
      status: 200,
      body: { data: { name: 'contacts', type: 'sync', version: '3', restored_from: '1' } },
    });
    expect(await source()).toBe('// ts 1');
    expect((await crm.call<FunctionReply>('GET', 'contacts')).body.data).toMatchObject({ runs: 'every day', source: 'repo' });
    expect((await crm.syncs()).map(({ frequencyMs }) => frequencyMs)).toEqual([86_400_000]);
    expect((await versions()).data[0]).toMatchObject({ version: '3', restored_from: '1', sdk_version: '0.70.0-zero' });

    const [next] = (await crm.deploy([crm.flow('contacts', code('4'))])).body;
    expect(next).toMatchObject({ version: '4' });
  });

  it('that run already come back without a change', async () => {
    await crm.deploy([crm.flow('contacts', code('1'))]);
    await crm.deploy([crm.flow('contacts', code('2'))]);
    await rollBack({ version: '1' });
    expect((await rollBack({ version: '1' })).body.data).toMatchObject({ version: '3', restored_from: '1' });
    expect((await versions()).pagination.total).toBe(3);
  });

  it('with the same number are told apart by their id', async () => {
    for (const text of ['first', 'second']) await crm.deploy([crm.flow('contacts', { ...code(text), version: '1.0' })]);
    const { data } = await versions();
    expect(data.map(({ version }) => version)).toEqual(['1.0', '1.0']);
    expect((await rollBack({ id: data[1]?.id })).body.data).toMatchObject({ version: '1.1', restored_from: '1.0' });
    expect(await source()).toBe('// ts first');
  });

  it('that are unknown, or badly asked for, are refused', async () => {
    await crm.deploy([crm.flow('contacts'), crm.action('contacts')]);
    const to = (body: object, query = '?type=sync') => crm.call<Failure>('POST', `contacts/rollback${query}`, body);
    expect(failureOf(await to({ version: '9' }))).toEqual([404, 'not_found']);
    expect(failureOf(await to({ version: '1' }, ''))).toEqual([409, 'ambiguous_function']);
    expect(failureOf(await to({ version: '1', id: 1 }))).toEqual([400, 'invalid_body']);
    expect(failureOf(await to({}))).toEqual([400, 'invalid_body']);
  });

  it('of another function are none of this one', async () => {
    await crm.deploy([crm.flow('contacts'), crm.flow('others')]);
    const [other] = (await crm.call<VersionsReply>('GET', 'others/versions')).body.data;
    expect(failureOf(await rollBack<Failure>({ id: other?.id }))).toEqual([404, 'not_found']);
  });

  it('are kept as far back as is set, and go with their function a while later', async () => {
    for (const text of ['1', '2', '3', '4']) await crm.deploy([crm.flow('contacts', code(text)), crm.action('create')]);
    const history = server.get(FunctionVersions);
    const longAgo = new Date(0);
    expect(await history.removeOld(2, longAgo, 1)).toBe(1);
    while ((await history.removeOld(2, longAgo, 100)) > 0);
    expect((await versions()).data.map(({ version }) => version)).toEqual(['4', '3']);
    expect(await source()).toBe('// ts 4');

    await crm.deploy([crm.action('create')]);
    await history.removeOld(2, new Date(Date.now() + 1_000), 100);
    const left = await server.db.query<{ name: string }>(
      `SELECT f.name FROM function_versions v JOIN functions f ON f.id = v.function_id JOIN integrations i ON i.id = f.integration_id
        WHERE i.unique_key = $1`,
      [crm.key],
    );
    expect(left).toEqual([{ name: 'create' }]);
  });
});
