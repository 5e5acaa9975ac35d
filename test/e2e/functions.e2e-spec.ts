import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { Api, connect, expectStatus, of } from './support/api.js';
import { deploy } from './support/functions.js';

/** What runs after a function was switched, gone back with, or removed: all services agree within a second (spec/api.md §3.3). */
const INTEGRATION = 'managed';
const CONNECTION = of(INTEGRATION, 'managed-connection');
const FUNCTIONS = `/integrations/${INTEGRATION}/functions`;
let api: Api;
let upstream: Upstream;

const greet = (word: string) =>
  deploy(api, INTEGRATION, [
    { type: 'action', name: 'greet', exec: `return '${word}';` },
    { type: 'sync', name: 'words', models: ['Word'], exec: `await nango.batchSave([{ id: '${word}' }], 'Word');` },
  ]);

const answer = async (): Promise<unknown> => {
  const { status, body } = await api.post<{ error: { code: string } }>(
    '/action/trigger',
    { action_name: 'greet' },
    { headers: CONNECTION },
  );
  return status === 200 ? body : [status, body.error.code];
};
const runWords = () =>
  api.post<{ error?: { code: string } }>(
    '/sync/trigger',
    { syncs: ['words'], provider_config_key: INTEGRATION },
    { headers: CONNECTION },
  );
const records = async () => {
  const { body } = await api.get<{ records: { id: string }[] }>('/records?model=Word', { headers: CONNECTION });
  return body.records.map(({ id }) => id).toSorted();
};

beforeAll(async () => {
  api = new Api(inject('stack'));
  upstream = await startUpstream();
  await connect(api, INTEGRATION, upstream.url);
  await greet('one');
  await greet('two');
});
afterAll(() => upstream.close());

it('a function that is switched off is refused, and runs again once it is on', async () => {
  expect(await answer()).toBe('two');
  await expectStatus(api.patch(`${FUNCTIONS}/greet`, { enabled: false }), 200);
  await expect.poll(answer).toEqual([404, 'disabled_resource']);
  await expectStatus(api.patch(`${FUNCTIONS}/words`, { enabled: false }), 200);
  const refused = await runWords();
  expect([refused.status, refused.body.error?.code]).toEqual([404, 'disabled_resource']);
  await expectStatus(api.patch(`${FUNCTIONS}/greet`, { enabled: true }), 200);
  await expectStatus(api.patch(`${FUNCTIONS}/words`, { enabled: true }), 200);
  await expect.poll(answer).toBe('two');
});

it('a function that went back runs its earlier code, as action and as sync', async () => {
  for (const name of ['greet', 'words']) await expectStatus(api.post(`${FUNCTIONS}/${name}/rollback`, { version: '1' }), 200);
  await expect.poll(answer, { timeout: 5_000 }).toBe('one');
  expect((await runWords()).status).toBe(200);
  await expect.poll(records, { timeout: 15_000 }).toEqual(['one']);
  await greet('three');
  await expect.poll(answer, { timeout: 5_000 }).toBe('three');
});

it('the records of a removed function go in the background', async () => {
  await deploy(api, INTEGRATION, [{ type: 'action', name: 'greet', exec: `return 'left';` }]);
  await expect.poll(records, { timeout: 40_000 }).toEqual([]);
});
