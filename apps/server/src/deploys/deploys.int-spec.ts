import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OperationLog } from '#libs/logs';
import type { DeployConfirmation } from './deploys.dto.js';
import { type Failure, failureOf as codeOf, TestIntegration } from './test-deploys.js';
import { startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
let integration: TestIntegration;
let crm: string;
let count = 0;

beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(async () => {
  crm = `crm-${(count += 1)}`;
  integration = await TestIntegration.create(server, crm);
});
afterAll(() => server?.close());

const flow = (name: string, over: object = {}) => integration.flow(name, over);
const action = (name: string, over: object = {}) => integration.action(name, over);
const deploy: TestIntegration['deploy'] = (flows, over, headers) => integration.deploy(flows, over, headers);
const confirm = (flows: object[]) =>
  server.call<DeployConfirmation>('POST', '/sync/deploy/confirmation', integration.deployBody(flows, { reconcile: false }));
const connect = (id: string) => integration.connect(id);
const syncs = () => integration.syncs();

describe('a deploy', () => {
  it('brings functions, and a sync to every connection there is and comes', async () => {
    await connect('before');
    const reply = await deploy([flow('contacts'), action('create')]);
    expect(reply).toEqual({
      status: 200,
      body: [
        { name: 'contacts', models: ['Contact'], version: '1', providerConfigKey: crm, type: 'sync' },
        { name: 'create', models: [], version: '1', providerConfigKey: crm, type: 'action' },
      ],
    });
    await connect('since');
    expect(await syncs()).toEqual(
      ['before/contacts', 'since/contacts'].map((sync) => ({ sync, state: 'started', frequencyMs: 3_600_000 })),
    );
  });

  it('counts versions by what changed, and keeps every one', async () => {
    await deploy([flow('contacts'), action('create')]);
    const second = await deploy([flow('contacts', { fileBody: { js: '// new', ts: '// new' } }), action('create')]);
    expect(second.body.map(({ name, version }) => [name, version])).toEqual([
      ['contacts', '2'],
      ['create', '1'],
    ]);
    const versions = await server.db.query(
      `SELECT v.version FROM function_versions v JOIN functions f ON f.id = v.function_id JOIN integrations i ON i.id = f.integration_id
        WHERE i.unique_key = $1 AND f.name = 'contacts' ORDER BY v.version`,
      [crm],
    );
    expect(versions).toEqual([{ version: '1' }, { version: '2' }]);
  });

  it('removes what the project no longer has, with its syncs', async () => {
    await connect('one');
    await deploy([flow('contacts'), flow('companies', { models: ['Company'], models_json_schema: undefined })]);
    await deploy([flow('contacts')]);
    expect((await syncs()).map(({ sync }) => sync)).toEqual(['one/contacts']);
    await deploy([flow('companies', { models: ['Company'], models_json_schema: undefined })], { deployMode: 'single' });
    expect((await syncs()).map(({ sync }) => sync)).toEqual(['one/companies', 'one/contacts']);
  });

  it('removes nothing when it is not to reconcile', async () => {
    await deploy([flow('contacts'), action('create')]);
    await deploy([action('other')], { reconcile: false });
    const { body: reply } = await server.call<{ data: { name: string }[] }>('GET', `/integrations/${crm}/functions`);
    expect(reply.data.map(({ name }) => name)).toEqual(['contacts', 'create', 'other']);
  });

  it('makes a function its own that came another way, changed or not', async () => {
    const source = async () =>
      (await server.call<{ data: { source: string } }>('GET', `/integrations/${crm}/functions/contacts`)).body.data.source;
    await deploy([flow('contacts')], { source: 'standalone' });
    expect(await source()).toBe('standalone');
    await deploy([flow('contacts')]);
    expect(await source()).toBe('repo');
  });

  it('of code too long to run says which, and what to do', async () => {
    const { status, body: reply } = await deploy<Failure>([
      action('fine'),
      action('huge', { fileBody: { js: 'x'.repeat(17_000_000), ts: '' } }),
    ]);
    expect([status, reply.error.errors?.map(({ path }) => path.join('.'))]).toEqual([400, ['flowConfigs.1.fileBody.js']]);
  });

  it('of a definition the database cannot hold is refused', async () => {
    const schema = { definitions: { Contact: { description: 'nul \u0000' } } };
    expect(codeOf(await deploy<Failure>([flow('contacts', { models_json_schema: schema })]))).toEqual([400, 'invalid_body']);
  });

  it('of a changed frequency times the syncs that follow it anew', async () => {
    await connect('own');
    await connect('theirs');
    await deploy([flow('contacts')]);
    const own = { sync_name: 'contacts', provider_config_key: crm, connection_id: 'own', frequency: 'every 5 minutes' };
    expect(await server.call('PUT', '/sync/update-connection-frequency', own)).toEqual({
      status: 200,
      body: { frequency: '5m' },
    });
    await deploy([flow('contacts', { runs: 'every day' })]);
    expect((await syncs()).map(({ frequencyMs }) => frequencyMs)).toEqual([300_000, 86_400_000]);
    expect(await server.call('PUT', '/sync/update-connection-frequency', { ...own, frequency: null })).toEqual({
      status: 200,
      body: { frequency: 'every day' },
    });
  });

  it('happens whole or not at all, and can then be repeated', async () => {
    await connect('one');
    await deploy([flow('contacts'), flow('old')]);
    const before = [await syncs(), (await server.call('GET', `/integrations/${crm}/functions`)).body];
    await server.db.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$`);
    await server.db.query('CREATE TRIGGER refuse BEFORE INSERT ON syncs FOR EACH ROW EXECUTE FUNCTION refuse()');
    const next = [flow('contacts', { fileBody: { js: 'x', ts: 'x' } }), flow('new')];
    expect((await deploy(next)).status).toBe(500);
    await server.db.query('DROP TRIGGER refuse ON syncs');
    expect([await syncs(), (await server.call('GET', `/integrations/${crm}/functions`)).body]).toEqual(before);
    expect((await deploy(next)).status).toBe(200);
    expect((await syncs()).map(({ sync }) => sync)).toEqual(['one/contacts', 'one/new']);
  });

  it('is logged with what changed, and when it failed with why', async () => {
    const operations = async () => {
      await server.get(OperationLog).flush();
      return server.db.query(
        `SELECT state, error->>'message' AS error, meta->'created' AS created FROM logs.operations
          WHERE type = 'deploy' ORDER BY id DESC LIMIT 2`,
      );
    };
    await deploy([flow('contacts')]);
    await server.db.query(
      `INSERT INTO deploy_locks (environment_id, token, expires_at) VALUES ($1, gen_random_uuid(), now() + interval '1 minute')`,
      [server.environmentId],
    );
    await deploy([flow('contacts')]);
    await server.db.query('DELETE FROM deploy_locks');
    expect(await operations()).toEqual([
      { state: 'failed', error: expect.stringContaining('another deploy'), created: null },
      { state: 'success', error: null, created: [`${crm}/contacts`] },
    ]);
  });

  it('is refused while another one holds the environment, until its lock expires', async () => {
    const lock = (expires: string) =>
      server.db.query(
        `INSERT INTO deploy_locks (environment_id, token, expires_at) VALUES ($1, gen_random_uuid(), now() + $2::interval)
         ON CONFLICT (environment_id) DO UPDATE SET expires_at = excluded.expires_at`,
        [server.environmentId, expires],
      );
    await lock('1 minute');
    expect(codeOf(await deploy<Failure>([flow('contacts')]))).toEqual([409, 'concurrent_deployment']);
    await lock('-1 second');
    expect((await deploy([flow('contacts')])).status).toBe(200);
    expect(await server.db.query('SELECT 1 FROM deploy_locks')).toEqual([]);
  });

  it('of an unknown integration, by an old CLI, of a wrong shape or with a query is refused', async () => {
    expect(codeOf(await deploy<Failure>([flow('contacts', { providerConfigKey: 'nobody' })]))).toEqual([
      400,
      'unknown_provider_config',
    ]);
    expect(codeOf(await deploy<Failure>([], {}, { 'user-agent': 'nango-cli/0.39.1 (linux)' }))).toEqual([
      400,
      'invalid_cli_version',
    ]);
    expect(codeOf(await deploy<Failure>([flow('contacts')], { extra: 1 }))).toEqual([400, 'invalid_body']);
    expect(
      codeOf(await server.call<Failure>('POST', '/sync/deploy?a=b', integration.deployBody([], { nangoYamlBody: '' }))),
    ).toEqual([400, 'invalid_query_params']);
    expect(codeOf(await server.call<Failure>('POST', '/sync/deploy/internal?customEnvironment=x', {}))).toEqual([
      403,
      'forbidden',
    ]);
  });

  it('leaves other environments alone', async () => {
    expect(codeOf(await deploy<Failure>([flow('contacts')], {}, { authorization: `Bearer ${server.otherKey}` }))).toEqual([
      400,
      'unknown_provider_config',
    ]);
  });
});

describe('a confirmation', () => {
  it('says what would change, and changes nothing', async () => {
    await connect('one');
    await deploy(
      [flow('contacts', { models: ['Contact', 'Lead'], models_json_schema: undefined }), flow('gone'), action('old')],
      {
        onEventScriptsByProvider: [
          {
            providerConfigKey: crm,
            scripts: [{ name: 'hello', fileBody: { js: 'j', ts: 't' }, event: 'post-connection-creation' }],
          },
        ],
      },
    );
    const reply = await confirm([flow('contacts'), flow('fresh', { auto_start: false }), action('create')]);
    expect(reply).toEqual({
      status: 200,
      body: {
        newSyncs: [{ name: 'fresh', providerConfigKey: crm, connections: 1, auto_start: false }],
        updatedSyncs: [{ name: 'contacts', providerConfigKey: crm, connections: 1, auto_start: true }],
        deletedSyncs: [{ name: 'gone', providerConfigKey: crm, connections: 1, auto_start: true }],
        newActions: [{ name: 'create', providerConfigKey: crm }],
        updatedActions: [],
        deletedActions: [{ name: 'old', providerConfigKey: crm }],
        newOnEventScripts: [],
        updatedOnEventScripts: [],
        deletedOnEventScripts: [{ name: 'hello', providerConfigKey: crm, event: 'post-connection-creation' }],
        deletedModels: ['Lead'],
      },
    });
    expect((await syncs()).map(({ sync }) => sync)).toEqual(['one/contacts', 'one/gone']);
  });
});

describe('functions of an integration', () => {
  const functions = <Body>(path = '') => server.call<Body>('GET', `/integrations/${crm}/functions${path}`);

  it('are listed, searched and paged', async () => {
    await deploy([flow('contacts'), flow('companies'), action('create-contact')]);
    const names = async (query: string) =>
      (await functions<{ data: { name: string }[] }>(query)).body.data.map(({ name }) => name);
    expect(await names('')).toEqual(['companies', 'contacts', 'create-contact']);
    expect(await names('?search=CONTACT')).toEqual(['contacts', 'create-contact']);
    expect(await names('?type=sync&limit=1&page=1')).toEqual(['contacts']);
    expect((await functions('?limit=1')).body).toMatchObject({ pagination: { total: 3, page: 0, limit: 1 } });
    expect(codeOf(await functions<Failure>('?limit=101'))).toEqual([400, 'invalid_query_params']);
  });

  it('show themselves and their source', async () => {
    await deploy([flow('contacts'), action('contacts')]);
    expect((await functions('/contacts?type=sync')).body).toEqual({
      data: {
        id: expect.any(Number),
        name: 'contacts',
        description: 'syncs contacts',
        scopes: [],
        type: 'sync',
        enabled: true,
        last_deployed: expect.stringMatching(/Z$/),
        source: 'repo',
        returns: ['Contact'],
        json_schema: { definitions: { Contact: { type: 'object' } } },
        runs: 'every hour',
        auto_start: true,
        track_deletes: false,
      },
    });
    expect(await functions('/contacts/code?type=action')).toEqual({
      status: 200,
      body: { type: 'action', code: '// ts of contacts' },
    });
    expect(await functions<Failure>('/contacts/code')).toMatchObject({
      status: 409,
      body: { error: { code: 'ambiguous_function', payload: { matches: [{ type: 'action' }, { type: 'sync' }] } } },
    });
    expect(codeOf(await functions<Failure>('/nothing/code'))).toEqual([404, 'not_found']);
  });

  it('go one by one only when no project owns them', async () => {
    await connect('one');
    await deploy([flow('contacts')]);
    const remove = () => server.call<Failure>('DELETE', `/integrations/${crm}/functions/contacts?type=sync`);
    expect(codeOf(await remove())).toEqual([400, 'function_managed_by_deploy']);
    await deploy([flow('contacts', { fileBody: { js: 's', ts: 's' } })], { source: 'standalone' });
    expect(await remove()).toEqual({ status: 200, body: { data: { success: true } } });
    expect(await syncs()).toEqual([]);
    expect(codeOf(await remove())).toEqual([404, 'not_found']);
  });

  it('are shown to tools', async () => {
    await deploy([flow('contacts'), action('create')]);
    const config = await server.call<{ syncs: { name: string }[] }[]>('GET', '/scripts/config?anything=1');
    expect(config.body.flatMap((group) => group.syncs.map(({ name }) => name))).toContain('contacts');
    const tools = await server.call<{ data: { name: string }[] }>('GET', '/scripts/config?format=openai');
    expect(tools.body.data.map(({ name }) => name)).toContain('create');
  });

  it('go with their integration', async () => {
    await connect('one');
    await deploy([flow('contacts')]);
    await server.call('DELETE', `/integrations/${crm}`);
    const left = await server.db.query(
      `SELECT 1 FROM functions f JOIN integrations i ON i.id = f.integration_id WHERE i.unique_key = $1 AND f.deleted_at IS NULL`,
      [crm],
    );
    expect([left, await syncs()]).toEqual([[], []]);
  });
});

it('tells nobody of the CLI’s use', async () => {
  const event = { deviceId: '6f1c1c1e-2f6b-4c54-9a4e-0d5f9c1b7a11', event: 'cli:deploy' };
  expect(await server.call('POST', '/cli/telemetry', event)).toEqual({ status: 204, body: undefined });
});
