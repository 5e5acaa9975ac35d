import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Api } from './support/api.js';

/** What holds for every route of the public API (spec/api.md §0.1, §1, §2). */
let api: Api;
const stack = inject('stack');
beforeAll(() => {
  api = new Api(stack);
});

interface ErrorReply {
  error: { code: string; message?: string; payload?: unknown };
}

describe('the door', () => {
  it.each([
    ['no Authorization header', null, 401, 'missing_auth_header'],
    ['a key that is not a UUID', 'nope', 401, 'invalid_secret_key_format'],
    ['a key nobody has', 'e2a0b7b8-9d57-4d1f-8a55-0d6a7d1b2c3d', 401, 'unknown_account'],
  ])('refuses %s', async (_what, key, status, code) => {
    const reply = await api.get<ErrorReply>('/integrations', { key });
    expect(reply.status).toBe(status);
    expect(reply.body.error).toMatchObject({ code, payload: {} });
  });

  it('takes a key in upper case', async () => {
    expect((await api.get('/integrations', { key: stack.secretKey.toUpperCase() })).status).toBe(200);
  });

  it('answers an unknown route in the envelope', async () => {
    const reply = await api.post<ErrorReply>('/nothing/here', {});
    expect(reply.status).toBe(404);
    expect(reply.body.error.code).toBe('not_found');
  });

  it('names every answer, by the caller’s own id where one was sent', async () => {
    expect((await api.get('/health', { headers: { 'x-request-id': 'mine-1' } })).headers.get('x-request-id')).toBe('mine-1');
    expect((await api.get('/health')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('bodies', () => {
  it('refuses malformed JSON', async () => {
    const reply = await api.call<ErrorReply>('POST', '/integrations', {
      raw: '{"a":',
      headers: { 'content-type': 'application/json' },
    });
    expect(reply.status).toBe(400);
    expect(reply.body.error.code).toBe('invalid_json');
  });

  it('refuses another content type', async () => {
    const reply = await api.call<ErrorReply>('POST', '/integrations', { raw: 'a=b', headers: { 'content-type': 'text/plain' } });
    expect(reply.status).toBe(415);
    expect(reply.body.error.code).toBe('invalid_content_type');
  });

  it('refuses a body over the limit and stays healthy', async () => {
    const raw = JSON.stringify({ text: 'x'.repeat(76 * 1024 * 1024) });
    const reply = await api
      .call<ErrorReply>('POST', '/integrations', { raw, headers: { 'content-type': 'application/json' } })
      .catch(() => undefined);
    if (reply) expect(reply.body.error.code).toBe('request_too_large');
    expect((await api.get('/health')).status).toBe(200);
  });

  it('names each wrong field, with array indexes as strings', async () => {
    const reply = await api.post<{ error: { code: string; errors: { path: string[] }[] } }>('/integrations', {
      unique_key: '#',
      extra: 1,
    });
    expect(reply.status).toBe(400);
    expect(reply.body.error.code).toBe('invalid_body');
    expect(reply.body.error.errors.map((issue) => issue.path.join('.'))).toEqual(
      expect.arrayContaining(['provider', 'unique_key']),
    );
  });

  it('refuses a query where none is taken', async () => {
    const reply = await api.get<ErrorReply>('/integrations?page=1');
    expect([reply.status, reply.body.error.code]).toEqual([400, 'invalid_query_params']);
  });
});

describe('what the server says of itself', () => {
  it('is healthy and ready', async () => {
    expect((await api.get('/health', { key: null })).body).toEqual({ result: 'ok' });
    expect((await api.get('/ready', { key: null })).body).toEqual({ result: 'ok' });
  });

  it('publishes its API document and a page to read it', async () => {
    const document = await api.get<{ paths: Record<string, unknown> }>('/openapi.json', { key: null });
    expect(Object.keys(document.body.paths)).toEqual(expect.arrayContaining(['/connections', '/records', '/action/trigger']));
    const page = await api.get<string>('/docs', { key: null });
    expect(page.body).toContain('swagger-ui');
  });

  it('answers browsers from anywhere', async () => {
    const reply = await api.call('OPTIONS', '/connections', {
      key: null,
      headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' },
    });
    expect(reply.status).toBe(204);
    expect(reply.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('keeps the queue board closed without operator credentials', async () => {
    expect((await fetch(`${stack.boardUrl}/admin/queues`)).status).toBe(401);
    const wrong = `Basic ${Buffer.from('operator:wrong').toString('base64')}`;
    expect((await fetch(`${stack.boardUrl}/admin/queues`, { headers: { authorization: wrong } })).status).toBe(401);
    const right = `Basic ${Buffer.from(`operator:${stack.operatorPassword}`).toString('base64')}`;
    expect((await fetch(`${stack.boardUrl}/admin/queues`, { headers: { authorization: right } })).status).toBe(200);
  });
});
