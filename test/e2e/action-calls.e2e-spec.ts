import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { Api, expectStatus, of } from './support/api.js';
import { deploy } from './support/functions.js';

/** What a call of an action may ask for: to be made once, to be tried again, to be cancelled, to be checked (docs/actions.md). */
const KEY = 'action-calls';
const ID = 'action-calls-connection';
let api: Api;
let upstream: Upstream;
/** What the upstream answers `POST /work`, one after the other; the last again and again. */
let answers: number[] = [];

beforeAll(async () => {
  api = new Api(inject('stack'));
  upstream = await startUpstream();
  upstream.on('POST', '/work', () => ({
    status: (answers.length > 1 ? answers.shift() : answers[0]) ?? 200,
    body: { done: true },
  }));
  upstream.on('POST', '/hook', () => ({ body: {} }));
  await expectStatus(api.post('/integrations', { provider: 'private-api-bearer', unique_key: KEY }), 200);
  const connection = {
    provider_config_key: KEY,
    connection_id: ID,
    connection_config: { base_url: upstream.url },
    credentials: { type: 'API_KEY', apiKey: 'secret-of-action-calls' },
    webhook_url_override: `${upstream.url}/hook`,
  };
  await expectStatus(api.post('/connections', connection), 201);
  await deploy(api, KEY, [
    {
      type: 'action',
      name: 'work',
      exec: `const { data } = await nango.post({ endpoint: '/work', data: input }); return { ...data, at: Date.now() };`,
    },
    { type: 'action', name: 'spins', exec: `await nango.post({ endpoint: '/work', data: input }); for (;;) {}` },
    { type: 'action', name: 'slow', exec: `return (await nango.post({ endpoint: '/slow', data: input })).data;` },
    { type: 'action', name: 'nothing', exec: 'return undefined;' },
    {
      type: 'action',
      name: 'greet',
      input: {
        type: 'object',
        properties: { name: { type: 'string' }, times: { type: 'integer' } },
        required: ['name'],
        additionalProperties: false,
      },
      output: { type: 'string', minLength: 5 },
      exec: `return 'Hi ' + (input.name ?? '');`,
    },
    { type: 'action', name: 'hopeless', input: { type: 'string', pattern: '^(a+)+$' }, exec: 'return input;' },
    { type: 'action', name: 'silent', input: { type: 'null' }, output: { type: 'null' }, exec: 'return undefined;' },
  ]);
});
afterAll(() => upstream.close());
afterEach(() => {
  answers = [];
});

interface Answer {
  readonly id: string;
  readonly statusUrl: string;
  readonly error: { code: string; message?: string; payload?: unknown; errors?: { path: string[] }[] };
}
const trigger = (action_name: string, input?: unknown, headers: Record<string, string> = {}) =>
  api.post<Answer>('/action/trigger', { action_name, input }, { headers: { ...of(KEY, ID), ...headers } });
const accept = (action_name: string, input?: unknown, headers: Record<string, string> = {}) =>
  trigger(action_name, input, { 'x-async': 'true', ...headers });
const worked = (mark: string) => upstream.requests.filter(({ path, text }) => path === '/work' && text.includes(mark)).length;
const hooksOf = (id: string) =>
  upstream.requests
    .filter(({ path, text }) => path === '/hook' && text.includes('async_action'))
    .map(({ json }) => json as { payload: { id: string } })
    .filter(({ payload }) => payload.id === id);
const result = (id: string) => api.get<Answer>(`/action/${id}`);
const codeOf = async (id: string) => (await result(id)).body.error?.code;

describe('a caller that goes away', () => {
  it('ends nothing: the action runs to its end, and a key still says how it ended', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    upstream.on('POST', '/slow', async () => {
      await held;
      return { body: { done: true } };
    });
    const { baseUrl, secretKey } = inject('stack');
    const gone = new AbortController();
    const headers = { ...of(KEY, ID), 'idempotency-key': crypto.randomUUID() };
    const call = fetch(`${baseUrl}/action/trigger`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ action_name: 'slow', input: { mark: 'gone' } }),
      signal: gone.signal,
    });
    await expect.poll(() => upstream.requests.filter(({ path }) => path === '/slow')).toHaveLength(1);
    gone.abort();
    await expect(call).rejects.toThrow(/abort/i);
    const again = trigger('slow', { mark: 'gone' }, headers);
    release();
    expect((await again).body).toEqual({ done: true });
    expect(upstream.requests.filter(({ path }) => path === '/slow')).toHaveLength(1);
  });
});

describe('a call with an Idempotency-Key', () => {
  const key = (more: object = {}) => ({ 'idempotency-key': crypto.randomUUID(), ...more });

  it('runs its action once, however often it is sent', async () => {
    const headers = key();
    const first = await trigger('work', { mark: 'once' }, headers);
    const again = await trigger('work', { mark: 'once' }, headers);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')]).toEqual([null, 'true']);
    expect(worked('once')).toBe(1);
  });

  it('waits for the one that is under way', async () => {
    const headers = key();
    const calls = await Promise.all([1, 2, 3, 4].map(() => trigger('work', { mark: 'together' }, headers)));
    expect(new Set(calls.map(({ text }) => text)).size).toBe(1);
    expect(worked('together')).toBe(1);
  });

  it('is answered the same failure again', async () => {
    answers = [500];
    const headers = key();
    const first = await trigger('work', { mark: 'failing' }, headers);
    answers = [200];
    const again = await trigger('work', { mark: 'failing' }, headers);
    expect([first.status, again.status, again.body]).toEqual([424, 424, first.body]);
    expect(worked('failing')).toBe(1);
  });

  it('is answered null again where there was no output', async () => {
    const headers = key();
    expect([(await trigger('nothing', 1, headers)).text, (await trigger('nothing', 1, headers)).text]).toEqual(['null', 'null']);
  });

  it.each([
    ['another input', () => trigger('work', { mark: 'other' }, sharedKey)],
    ['another action', () => trigger('nothing', { mark: 'shared' }, sharedKey)],
    ['another way to wait', () => accept('work', { mark: 'shared' }, sharedKey)],
  ])('is refused with %s', async (_what, call) => {
    await trigger('work', { mark: 'shared' }, sharedKey);
    const reply = await call();
    expect([reply.status, reply.body.error.code]).toEqual([422, 'idempotency_key_reused']);
    expect(reply.body.error.message).toContain('24 hours');
    expect(worked('shared')).toBe(1);
  });
  const sharedKey = key();

  it('is accepted once where nobody waits', async () => {
    const headers = key({ 'x-max-retries': '1' });
    const calls = await Promise.all([1, 2, 3].map(() => accept('work', { mark: 'accepted' }, headers)));
    expect(calls.map(({ status, body }) => [status, body.id])).toEqual(calls.map(() => [202, calls[0]?.body.id]));
    await expect.poll(async () => (await result(calls[0]?.body.id ?? '')).status, { timeout: 15_000 }).toBe(200);
    expect((await accept('work', { mark: 'accepted' }, headers)).body.id).toBe(calls[0]?.body.id);
    expect(worked('accepted')).toBe(1);
  });

  it('must have one of a bearable length', async () => {
    const reply = await trigger('nothing', 1, { 'idempotency-key': 'k'.repeat(256) });
    expect([reply.status, reply.body.error.code, reply.body.error.errors?.[0]?.path]).toEqual([
      400,
      'invalid_headers',
      ['idempotency-key'],
    ]);
  });
});

describe('an asynchronous action', () => {
  it('is tried again after failures, and the customer is told once', async () => {
    answers = [500, 500, 200];
    const { id } = (await accept('work', { mark: 'retried' }, { 'x-max-retries': '2' })).body;
    await expect.poll(() => worked('retried'), { timeout: 10_000 }).toBe(1);
    expect(await codeOf(id)).toBe('not_found');
    await expect.poll(async () => (await result(id)).status, { timeout: 20_000 }).toBe(200);
    expect(worked('retried')).toBe(3);
    await expect
      .poll(() => hooksOf(id), { timeout: 10_000 })
      .toEqual([
        expect.objectContaining({
          from: 'nango',
          type: 'async_action',
          connectionId: ID,
          providerConfigKey: KEY,
          payload: { id, statusUrl: `/action/${id}` },
        }),
      ]);
  });

  it('that fails every time answers the last error', async () => {
    answers = [500, 502];
    const { id } = (await accept('work', { mark: 'hopeless' }, { 'x-max-retries': '1' })).body;
    await expect.poll(() => codeOf(id), { timeout: 20_000 }).toBe('script_http_error');
    const reply = await result(id);
    expect([reply.status, reply.body.error]).toMatchObject([424, { upstream: { status: 502 } }]);
    expect(worked('hopeless')).toBe(2);
    await expect.poll(() => hooksOf(id), { timeout: 10_000 }).toHaveLength(1);
  });

  it.each(['6', '-1', 'many'])('is not tried %s times more', async (retries) => {
    const reply = await accept('work', {}, { 'x-max-retries': retries });
    expect([reply.status, reply.body.error.code]).toEqual([400, 'invalid_headers']);
  });

  it('that answered nothing is not found, as one that is under way', async () => {
    const { id } = (await accept('nothing')).body;
    await expect.poll(() => hooksOf(id), { timeout: 15_000 }).toHaveLength(1);
    const reply = await result(id);
    expect([reply.status, reply.body.error]).toEqual([404, { code: 'not_found', message: `No action '${id}' found` }]);
  });

  it('is asked for by its id only', async () => {
    const reply = await api.get<Answer>('/action/not-an-id');
    expect([reply.status, reply.body.error.code, reply.body.error.errors?.[0]?.path]).toEqual([
      400,
      'invalid_uri_params',
      ['id'],
    ]);
  });
});

describe('a cancelled action', () => {
  const cancel = (id: string) => api.post<Answer & { status: string }>(`/action/${id}/cancel`);

  it('that runs is stopped, also in a loop without end, and the next one of its environment runs', async () => {
    const { id } = (await accept('spins', { mark: 'spinning' }, { 'x-max-retries': '3' })).body;
    const waiting = (await accept('work', { mark: 'queued' })).body.id;
    const next = (await accept('work', { mark: 'next' })).body.id;
    await expect.poll(() => worked('spinning'), { timeout: 10_000 }).toBe(1);
    expect(await cancel(waiting)).toMatchObject({ status: 200, body: { id: waiting, status: 'cancelled' } });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { id, status: 'cancelled' } });
    await expect.poll(async () => (await result(next)).status, { timeout: 15_000 }).toBe(200);
    for (const cancelled of [id, waiting]) {
      const reply = await result(cancelled);
      expect([reply.status, reply.body.error]).toMatchObject([
        410,
        { code: 'script_aborted', message: 'The action was cancelled' },
      ]);
      await expect.poll(() => hooksOf(cancelled), { timeout: 10_000 }).toHaveLength(1);
    }
    expect([worked('spinning'), worked('queued'), worked('next')]).toEqual([1, 0, 1]);
  });

  it('is none that has ended, or that there is not', async () => {
    const { id } = (await accept('work', { mark: 'ended' })).body;
    await expect.poll(async () => (await result(id)).status, { timeout: 15_000 }).toBe(200);
    const [ended, unknown, malformed] = [await cancel(id), await cancel(crypto.randomUUID()), await cancel('x')];
    expect([ended.status, ended.body.error.code]).toEqual([409, 'conflict']);
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'not_found']);
    expect([malformed.status, malformed.body.error.code]).toEqual([400, 'invalid_uri_params']);
    expect((await result(id)).status).toBe(200);
  });
});

describe('schema checks', () => {
  const set = (function_schema_checks: string) =>
    expectStatus(api.patch('/api/v1/environments/functions', { function_schema_checks }), 200);
  afterAll(() => set('off'));

  it('are off until an environment asks for them', async () => {
    const settings = await api.get<{ data: unknown }>('/api/v1/environments/functions');
    expect(settings.body).toEqual({ data: { function_schema_checks: 'off' } });
    expect((await trigger('greet', { nam: 'Ada' })).body).toBe('Hi ');
  });

  it('refuse an input that does not fit, before anything runs', async () => {
    await set('input');
    await expect.poll(async () => (await trigger('greet', { times: 1.5, nam: 'Ada' })).status).toBe(400);
    const reply = await trigger('greet', { times: 1.5, nam: 'Ada' });
    expect(reply.body.error).toEqual({
      code: 'invalid_action_input',
      message: 'The input of the action does not fit the schema it was deployed with',
      payload: [
        { path: '', message: "must have required property 'name'", keyword: 'required' },
        { path: '', message: 'must NOT have additional properties: "nam"', keyword: 'additionalProperties' },
        { path: '/times', message: 'must be integer', keyword: 'type' },
      ],
    });
    expect((await trigger('greet', { name: 'A' })).body).toBe('Hi A');
  });

  it('refuse an output that does not fit', async () => {
    await set('both');
    await expect.poll(async () => (await trigger('greet', { name: 'A' })).status).toBe(400);
    const reply = await trigger('greet', { name: 'A' });
    expect(reply.body.error).toMatchObject({
      code: 'invalid_action_output',
      payload: [{ path: '', message: 'must NOT have fewer than 5 characters', keyword: 'minLength' }],
    });
    expect((await trigger('greet', { name: 'Ada' })).body).toBe('Hi Ada');
  });

  it('take nothing for nothing', async () => {
    expect([(await trigger('silent')).text, (await trigger('silent', {})).status]).toEqual(['null', 400]);
  });

  it('do not try a refused input again', async () => {
    const { id } = (await accept('greet', {}, { 'x-max-retries': '5' })).body;
    await expect.poll(() => codeOf(id), { timeout: 10_000 }).toBe('invalid_action_input');
  });

  it('give up a pattern that never ends, and everybody else goes on', async () => {
    const [bomb, ...others] = await Promise.all([
      trigger('hopeless', `${'a'.repeat(60)}!`),
      trigger('greet', { name: 'Ada' }),
      trigger('greet', { name: 'Bob' }),
    ]);
    expect([bomb.status, bomb.body.error]).toMatchObject([
      400,
      { code: 'invalid_action_input', payload: [{ message: expect.stringContaining('could not be checked') }] },
    ]);
    expect(others.map(({ body }) => body)).toEqual(['Hi Ada', 'Hi Bob']);
  });

  it('are one of four', async () => {
    const reply = await api.patch<Answer>('/api/v1/environments/functions', { function_schema_checks: 'some' });
    expect([reply.status, reply.body.error.code]).toEqual([400, 'invalid_body']);
  });
});
