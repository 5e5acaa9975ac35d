import { beforeAll, expect, it } from 'vitest';
import type { Refusal } from './support/customer.js';
import { sql } from './support/database.js';
import { customer, farm, stack } from './support/world.js';

/** Connect sessions (spec/auth.md §3.9): what a token opens, and for how long. */
const { apiKey } = farm.users.apiKey;
let key: string;
beforeAll(async () => {
  key = await customer.integration('farm-api-key');
});

const submit = (token: string) => customer.submit<Refusal>('/api-auth/api-key', key, { apiKey }, { token });
const withToken = (token: string) => ({ key: token });

it('a token opens its integrations, and says what it is for', async () => {
  const token = await customer.session({ allowed_integrations: [key], end_user: { id: 'u-1', email: 'u1@example.com' } });
  const session = await customer.api.get<{ data: object }>('/connect/session', withToken(token));
  expect(session.body.data).toMatchObject({ endUser: { id: 'u-1' }, allowed_integrations: [key] });
  const list = await customer.api.get<{ data: { unique_key: string }[] }>('/integrations', withToken(token));
  expect(list.body.data.map(({ unique_key: unique }) => unique)).toEqual([key]);
  expect((await customer.api.get('/connections', withToken(token))).status).toBe(401);
});

it('a token connects until its half hour is over', async () => {
  const token = await customer.session();
  expect((await submit(token)).status).toBe(200);
  expect((await submit(token)).status).toBe(200);
  const late = await customer.session();
  await sql(stack.databaseUrl, `UPDATE connect_sessions SET expires_at = now() - interval '1 second'`);
  const over = await submit(late);
  expect([over.status, over.body.error.code]).toEqual([401, 'unknown_connect_session_token']);
});

it('a token that was given back opens nothing', async () => {
  const token = await customer.session();
  expect((await customer.api.delete('/connect/session', withToken(token))).status).toBe(204);
  expect((await submit(token)).body.error.code).toBe('unknown_connect_session_token');
});

it('sessions name integrations and connections that there are', async () => {
  const unknown = await customer.api.post<Refusal>('/connect/sessions', {
    end_user: { id: 'u' },
    allowed_integrations: [key, 'no-such'],
  });
  expect([unknown.status, unknown.body.error.errors?.[0]?.path]).toEqual([400, ['allowed_integrations', '1']]);
  const nothing = await customer.api.post<Refusal>('/connect/sessions/reconnect', {
    connection_id: 'no-such',
    integration_id: key,
  });
  expect([nothing.status, nothing.body.error.code]).toEqual([400, 'invalid_body']);
});
