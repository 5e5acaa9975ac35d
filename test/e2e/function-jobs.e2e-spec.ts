import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { Api, connect, of } from './support/api.js';

/** A function's way from source to a run, without a CLI (spec/api.md §3.14). */
interface Job {
  readonly id: string;
  readonly status: string;
  readonly output?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { code: string; message: string; payload?: unknown };
  readonly deployed?: boolean;
  readonly deployed_functions?: unknown;
}

const api = new Api(inject('stack'));
let upstream: Upstream;
let connection: { key: string; id: string };

const ACTION = `import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Greets',
  version: '1.0.0',
  input: z.object({ name: z.string() }),
  output: z.object({ greeting: z.string() }),
  exec: async (nango, input) => {
    const response = await nango.get<{ word: string }>({ endpoint: '/word' });
    await nango.log('asked for a word', { name: input.name });
    return { greeting: response.data.word + ' ' + input.name };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
`;

const SYNC = `import { createSync } from 'nango';
import * as z from 'zod';

const Thing = z.object({ id: z.string(), when: z.date().optional() });
export default createSync({
  description: 'Things',
  frequency: 'every hour',
  models: { Thing },
  metadata: z.object({ team: z.string() }),
  checkpoint: z.object({ page: z.number() }),
  exec: async (nango) => {
    const { team } = await nango.getMetadata();
    const checkpoint = await nango.getCheckpoint();
    await nango.batchSave([{ id: team }, { id: String(checkpoint?.page) }], 'Thing');
    await nango.batchDelete([{ id: 'gone' }], 'Thing');
    await nango.updateMetadata({ team: 'changed' });
    await nango.saveCheckpoint({ page: 8 });
  },
});
`;

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.on('GET', '/word', () => ({ status: 200, body: { word: 'Hello' } }));
  connection = await connect(api, 'function-jobs', upstream.url);
});
afterAll(() => upstream.close());

async function ended(path: string): Promise<Job> {
  await expect
    .poll(async () => (await api.get<Job>(path)).body.status, { timeout: 50_000, interval: 100 })
    .toMatch(/success|failed/);
  return (await api.get<Job>(path)).body;
}

const dryRun = async (body: object): Promise<Job> => {
  const accepted = await api.post<Job>('/functions/dryruns', {
    integration_id: connection.key,
    connection_id: connection.id,
    function_type: 'action',
    code: ACTION,
    ...body,
  });
  expect(accepted).toMatchObject({ status: 202, body: { status: 'waiting' } });
  return ended(`/functions/dryruns/${accepted.body.id}`);
};

const deploy = async (body: object): Promise<Job> => {
  const accepted = await api.post<Job>('/functions/deployments', {
    type: 'function',
    integration_id: connection.key,
    function_name: 'greet',
    function_type: 'action',
    code: ACTION,
    ...body,
  });
  expect(accepted.status).toBe(202);
  return ended(`/functions/deployments/${accepted.body.id}`);
};

describe('compile', () => {
  it('answers a bundle that needs nothing of nango', async () => {
    const { status, body } = await api.post<{ bundled_js: string; bundle_size_bytes: number }>('/functions/compile', {
      code: ACTION,
    });
    expect(status).toBe(200);
    expect(body.bundled_js).toContain('type: "action"');
    expect(body.bundled_js).not.toMatch(/require\("nango"\)/);
    expect(body.bundle_size_bytes).toBe(Buffer.byteLength(body.bundled_js));
  });

  it.each([
    ['a type error', ACTION.replace("'Greets'", '7'), 'compilation_error', /5:3 TS2322/],
    ['a call nobody waits for', ACTION.replace('await nango.log', 'nango.log'), 'compilation_error', /await: nango\.log\(\)/],
    ['a module of the host', `import fs from 'fs';\n${ACTION}`, 'compilation_error', /1:1 imports: 'fs' cannot be imported/],
    ['a dynamic import', `await import('fs');\n${ACTION}`, 'compilation_error', /'fs' cannot be imported/],
    ['another file', `import { x } from './x.js';\n${ACTION}`, 'compilation_error', /one file/],
    ['an endless module body', `${ACTION}\nfor (;;) {}`, 'validation_error', /timed out/],
    [
      'a module body that throws',
      `${ACTION}\nif (Date.now() > 0) throw new Error('side effect');`,
      'validation_error',
      /side effect/,
    ],
    [
      'a definition that replaces JSON',
      `${ACTION}\nObject.assign(JSON, { stringify: () => '{"type":"action"}' });\nObject.defineProperty(action, 'exec', { value: 1 });`,
      'validation_error',
      /no exec/,
    ],
    ['no definition', 'export default 1;', 'compilation_error', /default-export/],
    ['too much', `${ACTION}\n// ${'x'.repeat(1_000_000)}`, 'validation_error', /at most/],
    ['a sync without an acceptable frequency', SYNC.replace('every hour', 'every blue moon'), 'validation_error', /runs/],
  ])('refuses %s', async (_what, code, error, message) => {
    const { status, body } = await api.post<{ error: { code: string; message: string } }>('/functions/compile', { code });
    expect(body.error.message).toMatch(message);
    expect({ status, code: body.error.code }).toEqual({ status: 400, code: error });
  });

  it('is well after types without end', async () => {
    const endless = `type D<N extends 0[] = []> = N['length'] extends 900 ? N : D<[...N, 0]>;
type E<T> = T extends [infer A, ...infer R] ? [E<R>, E<R>, A] : T;
export const never: E<D> = 1;\n`;
    const refused = await api.post<{ error: { code: string } }>('/functions/compile', { code: `${endless}${ACTION}` });
    expect(refused.status).toBe(400);
    expect((await api.post('/functions/compile', { code: ACTION })).status).toBe(200);
  });
});

describe('a dry run', () => {
  it('of an action calls the provider and answers output, log and calls', async () => {
    const job = await dryRun({ input: { name: 'Ada' } });
    expect(job).toMatchObject({
      status: 'success',
      output: '[info] asked for a word {"name":"Ada"}',
      result: {
        output: { greeting: 'Hello Ada' },
        http: [{ method: 'GET', url: `${upstream.url}/word`, status: 200, durationMs: expect.any(Number) as number }],
      },
    });
  });

  it('of a sync answers what it would have written, and writes nothing', async () => {
    const job = await dryRun({
      function_type: 'sync',
      code: SYNC,
      metadata: { team: 'blue' },
      checkpoint: { page: 7 },
    });
    expect(job).toMatchObject({
      status: 'success',
      result: {
        records: { Thing: { saved: [{ id: 'blue' }, { id: '7' }], updated: [], deleted: [{ id: 'gone' }] } },
        metadata: [{ team: 'changed' }],
        checkpoint: { page: 8 },
      },
    });
    const { body } = await api.get<{ metadata: unknown }>(`/connections/${connection.id}?provider_config_key=${connection.key}`);
    expect(body.metadata).not.toMatchObject({ team: 'changed' });
  });

  it('that fails says how', async () => {
    const job = await dryRun({ code: ACTION.replace("'/word'", "'/nowhere'"), input: { name: 'Ada' } });
    expect(job).toMatchObject({ status: 'failed', error: { code: 'dryrun_error', payload: { code: 'script_http_error' } } });
  });

  it('of code that does not compile says why', async () => {
    const job = await dryRun({ code: 'export default 1;' });
    expect(job).toMatchObject({ status: 'failed', error: { code: 'compilation_error' } });
  });

  it('takes its result from nobody who shows an API key', async () => {
    const path = '/functions/dryruns/019ab000-0000-7000-8000-000000000001/result';
    expect(await api.post(path, { status: 'success', output: '' })).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden' } },
    });
  });

  it('is refused for what is not there', async () => {
    const body = { integration_id: connection.key, connection_id: 'nobody', function_type: 'action', code: ACTION };
    expect(await api.post('/functions/dryruns', body)).toMatchObject({
      status: 404,
      body: { error: { code: 'connection_not_found' } },
    });
    expect(await api.post('/functions/dryruns', { ...body, integration_id: 'none' })).toMatchObject({
      status: 404,
      body: { error: { code: 'integration_not_found' } },
    });
    expect(await api.get('/functions/dryruns/019ab000-0000-7000-8000-000000000001')).toMatchObject({
      status: 404,
      body: { error: { code: 'dryrun_not_found' } },
    });
  });
});

describe('a deployment', () => {
  it('deploys a function that runs', async () => {
    expect(await deploy({})).toMatchObject({
      status: 'success',
      deployed: true,
      deployed_functions: [{ name: 'greet', version: '1.0.0' }],
    });
    const run = await api.post(
      '/action/trigger',
      { action_name: 'greet', input: { name: 'Bob' } },
      { headers: of(connection.key, connection.id) },
    );
    expect(run).toMatchObject({ status: 200, body: { greeting: 'Hello Bob' } });
    const fn = await api.get<{ data: object }>(`/integrations/${connection.key}/functions/greet`);
    expect(fn.body.data).toMatchObject({ source: 'standalone', input: 'ActionInput_function_jobs_greet' });
  });

  it('keeps models unless it may drop them', async () => {
    const sync = { function_name: 'things', function_type: 'sync', code: SYNC };
    expect(await deploy(sync)).toMatchObject({ status: 'success' });
    const renamed = { ...sync, code: SYNC.replaceAll('Thing', 'Other') };
    expect(await deploy(renamed)).toMatchObject({ status: 'failed', deployed: false, error: { code: 'deployment_error' } });
    expect(await deploy({ ...renamed, allow_destructive: true })).toMatchObject({ status: 'success' });
  });

  it('knows no templates', async () => {
    const body = { type: 'template', integration_id: connection.key, template: 'x' };
    expect(await api.post('/functions/deployments', body)).toMatchObject({
      status: 404,
      body: { error: { code: 'template_not_found' } },
    });
  });
});

describe('an invocation', () => {
  const invoke = (body: object) =>
    api.post('/functions/invocations', {
      integration_id: connection.key,
      connection_id: connection.id,
      name: 'greet',
      invocation_type: 'wait',
      ...body,
    });

  it('is checked, and then not implemented', async () => {
    expect(await invoke({})).toMatchObject({ status: 501, body: { error: { code: 'not_implemented' } } });
    expect(await invoke({ name: 'nothing' })).toMatchObject({ status: 404, body: { error: { code: 'unknown_function' } } });
    expect(await invoke({ connection_id: 'nobody' })).toMatchObject({
      status: 404,
      body: { error: { code: 'connection_not_found' } },
    });
  });
});
