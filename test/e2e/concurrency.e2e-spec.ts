import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { Api, connect, expectStatus, of } from './support/api.js';
import { deploy } from './support/functions.js';

/** What operators let an environment run and have waiting (docs/executions.md), as its callers see it. */
const KEY = 'concurrency';
let api: Api;
let upstream: Upstream;
let admin: string;
/** Lets go what waits at the upstream, by the mark it was sent. */
const held = new Map<string, () => void>();

beforeAll(async () => {
  const stack = inject('stack');
  api = new Api(stack);
  upstream = await startUpstream();
  upstream.on('POST', '/hold', async ({ json }) => {
    const { mark } = json as { mark: string };
    await new Promise<void>((resolve) => held.set(mark, resolve));
    return { body: { mark } };
  });
  await connect(api, KEY, upstream.url);
  const second = {
    provider_config_key: KEY,
    connection_id: 'second',
    connection_config: { base_url: upstream.url },
    credentials: { type: 'API_KEY', apiKey: 'secret-of-the-second' },
  };
  await expectStatus(api.post('/connections', second), 201);
  await deploy(api, KEY, [
    { type: 'action', name: 'hold', exec: `return (await nango.post({ endpoint: '/hold', data: input })).data;` },
  ]);
  const { body } = await operator<{ data: { uuid: string; name: string }[] }>('GET', '/admin/environments');
  admin = `/admin/environments/${body.data.find(({ name }) => name === 'dev')?.uuid}/concurrency`;
});
afterEach(() => operator('DELETE', admin));
afterAll(() => upstream.close());

interface Load {
  readonly data: { readonly action: { readonly running: number; readonly queued: number } };
}

function operator<Body>(method: string, path: string, body?: object) {
  const credentials = Buffer.from(`operator:${inject('stack').operatorPassword}`).toString('base64');
  return api.call<Body>(method, path, { key: null, headers: { authorization: `Basic ${credentials}` }, body });
}
const hold = (mark: string, connectionId = `${KEY}-connection`, headers: Record<string, string> = {}) =>
  api.post<{ error: { code: string } }>(
    '/action/trigger',
    { action_name: 'hold', input: { mark } },
    { headers: { ...of(KEY, connectionId), ...headers } },
  );
const load = async () => {
  const { action } = (await api.get<Load>('/api/v1/environments/concurrency')).body.data;
  return [action.running, action.queued];
};
const release = async (mark: string) => {
  await expect.poll(() => held.has(mark), { timeout: 10_000 }).toBe(true);
  held.get(mark)?.();
};

it('tells a producer that too many wait, and when to come back', async () => {
  await expectStatus(operator('PUT', admin, { action: { max_running: 1, max_queued: 1 } }), 200);
  const first = hold('first');
  await expect.poll(load, { timeout: 10_000 }).toEqual([1, 0]);
  const second = hold('second');
  await expect.poll(load, { timeout: 10_000 }).toEqual([1, 1]);
  const refused = await hold('third');
  expect([refused.status, refused.body.error.code, refused.headers.get('retry-after')]).toEqual([429, 'queue_full', '5']);
  await release('first');
  await release('second');
  expect([(await first).status, (await second).status]).toEqual([200, 200]);
  expect(held.has('third')).toBe(false);
});

it('refuses what is to run later too', async () => {
  await expectStatus(operator('PUT', admin, { 'action-async': { max_queued: 1 } }), 200);
  const accepted = [];
  for (const mark of ['later-1', 'later-2', 'later-3']) accepted.push(await hold(mark, undefined, { 'x-async': 'true' }));
  expect(accepted.map(({ status }) => status)).toEqual([202, 202, 429]);
  expect(accepted[2]?.headers.get('retry-after')).toBe('5');
  await release('later-1');
  await release('later-2');
});

it('leaves room for other connections beside a busy one', async () => {
  await expectStatus(operator('PUT', admin, { action: { max_running: 2, max_running_per_connection: 1 } }), 200);
  const busy = [hold('busy-1'), hold('busy-2'), hold('busy-3')];
  await expect.poll(load, { timeout: 10_000 }).toEqual([1, 2]);
  const other = hold('other', 'second');
  await release('other');
  expect((await other).status).toBe(200);
  await expect.poll(load, { timeout: 10_000 }).toEqual([1, 2]);
  const marks = ['busy-1', 'busy-2', 'busy-3'];
  for (let left = 3; left > 0; left -= 1) {
    await expect.poll(() => marks.filter((mark) => held.has(mark)).length, { timeout: 10_000 }).toBe(4 - left);
    for (const mark of marks) held.get(mark)?.();
  }
  expect((await Promise.all(busy)).map(({ status }) => status)).toEqual([200, 200, 200]);
});
