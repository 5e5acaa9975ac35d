import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { BundleReply } from './bundles.dto.js';
import { type Failure, failureOf, TestIntegration } from './test-deploys.js';
import { startTestServer, type TestServer } from './test-server.js';

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

const artifact = (name: string, over: object = {}) => ({
  name,
  integrationId: crm.key,
  description: `calls ${name}`,
  trigger: { kind: 'none' },
  requires: { connection: true, outbound: true },
  capabilities: { usesRecords: false, usesOutbound: true, usesCheckpoints: false, usesMetadata: false, usesInvoke: false },
  limits: {},
  input_schema_ref: '#/definitions/In',
  output_schema_ref: null,
  metadata_schema_ref: null,
  checkpoint_schema_ref: null,
  model_schema_refs: [],
  json_schema: { definitions: { In: { type: 'object' } } },
  fileBody: { js: `// js of ${name}`, ts: `// ts of ${name}` },
  ...over,
});
const send = <Body = BundleReply>(functions: object[], over: object = {}, path = '') =>
  server.call<Body>('POST', `/functions/deployments/bundle${path}`, {
    reconciliationScope: { kind: 'integration', integrationId: crm.key },
    functions,
    ...over,
  });
const named = (...names: string[]) => names.map((name) => ({ integrationId: crm.key, name }));

it('brings, changes, keeps and removes functions, as its preview said', async () => {
  expect((await send([artifact('a'), artifact('b'), artifact('c')])).body).toEqual({
    created: named('a', 'b', 'c'),
    updated: [],
    unchanged: [],
    deleted: [],
  });
  const next = [artifact('a'), artifact('b', { fileBody: { js: 'x', ts: 'x' } }), artifact('d')];
  const preview = await send(next, {}, '/preview');
  expect(preview).toEqual({
    status: 200,
    body: { created: named('d'), updated: named('b'), unchanged: named('a'), deleted: named('c') },
  });
  expect((await send(next)).body).toEqual(preview.body);
  expect((await send(next)).body).toMatchObject({ created: [], updated: [], unchanged: named('a', 'b', 'd'), deleted: [] });
});

it('shows its functions beside the others, which it leaves alone', async () => {
  await crm.deploy([crm.flow('contacts')]);
  await send([artifact('call')]);
  expect((await crm.call('GET', 'call')).body).toMatchObject({
    data: { name: 'call', type: 'function', description: 'calls call', input: 'In', trigger: { kind: 'none' }, source: 'repo' },
  });
  expect((await crm.call('GET', 'call/code')).body).toEqual({ type: 'function', code: '// ts of call' });
  expect((await send([], { reconciliationScope: { kind: 'environment' } })).body.deleted).toEqual(
    expect.arrayContaining(named('call')),
  );
  expect((await crm.call<{ data: object }>('GET', 'contacts')).status).toBe(200);
  await send([artifact('call')]);
  await crm.deploy([crm.flow('contacts')]);
  expect((await crm.call('GET', 'call')).status).toBe(200);
});

it('is refused where it is wrong, by field', async () => {
  const problems = async (functions: object[], over: object = {}) => {
    const { status, body } = await send<Failure>(functions, over);
    return [status, body.error.code, ...(body.error.errors ?? []).map(({ path }) => path.join('.'))];
  };
  expect(await problems([artifact('a', { trigger: { kind: 'schedule', frequency: 'every hour' } })])).toEqual([
    400,
    'invalid_body',
    'functions.0.trigger.kind',
  ]);
  expect(await problems([artifact('a', { extra: 1 })])).toEqual([400, 'invalid_body', 'functions.0']);
  expect(await problems([artifact('a', { input_schema_ref: '#/definitions/No' })])).toContain('functions.0.input_schema_ref');
  expect(await problems([artifact('a'), artifact('a')])).toContain('functions.1.name');
  expect(await problems([artifact('a', { integrationId: 'other' })])).toContain('functions.0.integrationId');
  expect(await problems([artifact('a', { fileBody: { js: '', ts: 'x' } })])).toContain('functions.0.fileBody');
  const scope = { reconciliationScope: { kind: 'environment' } };
  expect(await problems([artifact('a', { integrationId: 'nobody' })], scope)).toEqual([400, 'integration_not_found']);
});

it('is refused while another deploy holds the environment; its preview is not', async () => {
  await server.db.query(
    `INSERT INTO deploy_locks (environment_id, token, expires_at) VALUES ($1, gen_random_uuid(), now() + interval '1 minute')`,
    [server.environmentId],
  );
  try {
    expect(failureOf(await send<Failure>([artifact('a')]))).toEqual([409, 'concurrent_deployment']);
    expect((await send([artifact('a')], {}, '/preview')).status).toBe(200);
  } finally {
    await server.db.query('DELETE FROM deploy_locks');
  }
});

it('is refused to an old CLI', async () => {
  const old = { 'user-agent': 'nango-cli/0.39.1 (linux)' };
  expect(failureOf(await server.call<Failure>('POST', '/functions/deployments/bundle', {}, old))).toEqual([
    400,
    'invalid_cli_version',
  ]);
});
