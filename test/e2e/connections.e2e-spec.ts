import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Api, expectStatus } from './support/api.js';

/** Integrations and connections of key-based providers (spec/api.md §3.2, §3.4). */
let api: Api;
beforeAll(() => {
  api = new Api(inject('stack'));
});

const fresh = (what: string) => `${what}-${randomUUID().slice(0, 8)}`;

describe('integrations', () => {
  it('are created, read, changed and deleted', async () => {
    const key = fresh('crm');
    const made = await expectStatus(api.post<{ data: object }>('/integrations', { provider: 'sendgrid', unique_key: key }), 200);
    expect(made.body.data).toMatchObject({ unique_key: key, provider: 'sendgrid', forward_webhooks: true });
    await expectStatus(api.patch(`/integrations/${key}`, { display_name: 'Mail' }), 200);
    const read = await api.get<{ data: object }>(`/integrations/${key}`);
    expect(read.body.data).toMatchObject({ display_name: 'Mail', logo: expect.any(String) });
    expect((await api.delete(`/integrations/${key}`)).body).toEqual({ success: true });
    expect((await api.get(`/integrations/${key}`)).status).toBe(404);
  });

  it('refuse an unknown provider and a key that is taken', async () => {
    const key = fresh('crm');
    await expectStatus(api.post('/integrations', { provider: 'openai', unique_key: key }), 200);
    const taken = await api.post<{ error: { errors: { path: string[] }[] } }>('/integrations', {
      provider: 'openai',
      unique_key: key,
    });
    expect([taken.status, taken.body.error.errors[0]?.path]).toEqual([400, ['uniqueKey']]);
    const unknown = await api.post<{ error: { errors: { path: string[] }[] } }>('/integrations', {
      provider: 'no-such',
      unique_key: fresh('x'),
    });
    expect([unknown.status, unknown.body.error.errors[0]?.path]).toEqual([400, ['provider']]);
  });
});

describe('connections', () => {
  const basic = fresh('basic');
  beforeAll(async () => {
    await expectStatus(api.post('/integrations', { provider: 'private-api-basic', unique_key: basic }), 200);
  });

  it('give back what was imported, to keys that may read it', async () => {
    const imported = await expectStatus(
      api.post('/connections', {
        provider_config_key: basic,
        connection_id: 'one',
        credentials: { type: 'BASIC', username: 'ada', password: 'lovelace' },
        metadata: { plan: 'pro' },
        end_user: { id: 'u1', email: 'ada@example.com' },
        tags: { Team: 'Blue' },
      }),
      201,
    );
    const expected = {
      connection_id: 'one',
      provider_config_key: basic,
      provider: 'private-api-basic',
      metadata: { plan: 'pro' },
      tags: { end_user_id: 'u1', end_user_email: 'ada@example.com', team: 'Blue' },
      credentials: { type: 'BASIC', username: 'ada', password: 'lovelace' },
      errors: [],
    };
    expect(imported.body).toMatchObject(expected);
    const read = await api.get(`/connections/one?provider_config_key=${basic}`);
    expect(read.body).toMatchObject(expected);
    const alias = await api.get(`/connection/one?provider_config_key=${basic}`);
    expect(alias.body).toMatchObject(expected);
  });

  it('are listed newest first, without credentials', async () => {
    await expectStatus(
      api.post('/connections', {
        provider_config_key: basic,
        connection_id: 'two',
        credentials: { type: 'BASIC', username: '', password: '' },
      }),
      201,
    );
    const list = await api.get<{ connections: { connection_id: string; credentials?: unknown }[] }>(
      `/connections?integrationId=${basic}`,
    );
    expect(list.body.connections.map((connection) => connection.connection_id)).toEqual(['two', 'one']);
    expect(list.body.connections[0]?.credentials).toBeUndefined();
    const tagged = await api.get<{ connections: { connection_id: string }[] }>('/connections?tags[team]=Blue');
    expect(tagged.body.connections.map((connection) => connection.connection_id)).toEqual(['one']);
  });

  it('merge and replace metadata', async () => {
    await expectStatus(
      api.patch('/connections/metadata', { connection_id: 'one', provider_config_key: basic, metadata: { seats: 3 } }),
      200,
    );
    expect((await api.get(`/connections/one?provider_config_key=${basic}`)).body).toMatchObject({
      metadata: { plan: 'pro', seats: 3 },
    });
    await expectStatus(
      api.post('/connections/metadata', { connection_id: ['one'], provider_config_key: basic, metadata: { a: 1 } }),
      201,
    );
    expect((await api.get<{ metadata: unknown }>(`/connections/one?provider_config_key=${basic}`)).body.metadata).toEqual({
      a: 1,
    });
  });

  it.each([
    ['the wrong type', { type: 'API_KEY', apiKey: 'x' }],
    ['a missing field', { type: 'BASIC', username: 'x' }],
    ['an unknown field', { type: 'BASIC', username: 'x', password: 'y', extra: 1 }],
  ])('refuse credentials with %s', async (_what, credentials) => {
    const reply = await api.post<{ error: { code: string } }>('/connections', { provider_config_key: basic, credentials });
    expect([reply.status, reply.body.error.code]).toEqual([400, 'invalid_body']);
  });

  it('refuse an unknown integration', async () => {
    const reply = await api.post<{ error: { code: string } }>('/connections', {
      provider_config_key: 'no-such',
      credentials: { type: 'NONE' },
    });
    expect([reply.status, reply.body.error.code]).toEqual([404, 'not_found']);
  });

  it('are gone after deletion', async () => {
    expect((await api.delete(`/connections/two?provider_config_key=${basic}`)).body).toEqual({ success: true });
    const again = await api.delete<{ error: object }>(`/connections/two?provider_config_key=${basic}`);
    expect([again.status, again.body.error]).toEqual([400, { code: 'unknown_connection' }]);
    expect((await api.get(`/connections/two?provider_config_key=${basic}`)).status).toBe(404);
  });
});
