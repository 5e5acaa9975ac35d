import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import type { Refusal } from '../auth/support/customer.js';
import { sql as sqlAt } from '../auth/support/database.js';
import { Hooks } from '../auth/support/hooks.js';
import { customer, farm, stack } from '../auth/support/world.js';
import { deploy } from './support/functions.js';

/** Functions that run when something happens to a connection (spec/functions.md §1.4, spec/auth.md §3.8). */
const FORM = '/api-auth/api-key';
const { api } = customer;
const sql = (text: string, values: unknown[]) => sqlAt(stack.databaseUrl, text, values);
let upstream: Upstream;
let validated: string;
let watched: string;

/** Refuses by what the upstream says of the key. */
const VALIDATE = `
  const { data } = await nango.get({ endpoint: '/check' });
  if (data.refusal === 'message') throw new nango.ActionError({ message: 'This key is read-only', error: 'other' });
  if (data.refusal === 'error') throw new nango.ActionError({ error: 'The trial is over' });
  if (data.refusal === 'unexplained') throw new nango.ActionError({ code: 7 });
  if (data.refusal === 'thrown') throw new Error('Not an admin');
`;

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.on('GET', '/check', ({ headers }) => ({ body: { refusal: headers.authorization?.replace('Bearer ', '') } }));
  upstream.on('POST', '/created', () => ({ body: {} }));
  upstream.on('POST', '/leaving', ({ headers }) => ({ status: headers.authorization === 'Bearer broken' ? 500 : 200, body: {} }));
  validated = await customer.integration('private-api-bearer');
  watched = await customer.integration('private-api-bearer');
  await deploy(api, validated, [
    { type: 'action', name: 'ping', exec: `return 'pong';` },
    { type: 'on-event', name: 'check', event: 'validate-connection', exec: VALIDATE },
    { type: 'on-event', name: 'greet', event: 'post-connection-creation', exec: tell('/created') },
  ]);
  await deploy(api, watched, [
    { type: 'action', name: 'ping', exec: `return 'pong';` },
    { type: 'on-event', name: 'greet', event: 'post-connection-creation', exec: tell('/created') },
    { type: 'on-event', name: 'leave', event: 'pre-connection-deletion', exec: tell('/leaving') },
  ]);
});
afterAll(() => upstream.close());

function tell(endpoint: string): string {
  return `await nango.post({ endpoint: '${endpoint}', data: { connection: nango.connectionId } });`;
}

/** Connections of which an event was told. */
const told = (path: string) =>
  upstream.requests.filter((request) => request.path === path).map(({ json }) => (json as { connection: string }).connection);

const body = (key: string, connection_id: string, apiKey: string) => ({
  provider_config_key: key,
  connection_id,
  connection_config: { base_url: upstream.url },
  credentials: { type: 'API_KEY', apiKey },
});
const imported = (key: string, id: string, apiKey: string) => api.post<Refusal>('/connections', body(key, id, apiKey));
const shown = (key: string, id: string) =>
  api.get<{ errors: { type: string }[] }>(`/connections/${id}?provider_config_key=${key}`);
const removed = (key: string, id: string) => api.delete(`/connections/${id}?provider_config_key=${key}`);
const submit = (apiKey: string, token?: string, webhook_url_override?: string) =>
  customer.submit<Refusal>(
    FORM,
    validated,
    { apiKey },
    {
      query: { 'params[base_url]': upstream.url },
      ...(token ? { token } : {}),
      ...(webhook_url_override ? { session: { webhook_url_override } } : {}),
    },
  );

describe('validate-connection', () => {
  it.each([
    ['message', 'This key is read-only'],
    ['error', 'The trial is over'],
    ['thrown', 'Not an admin'],
    ['unexplained', 'The connection could not be validated: check what you entered, or ask the team whose product this is'],
  ])('refuses an import (%s), and nothing is left of it', async (apiKey, message) => {
    const id = `refused-${apiKey}`;
    const reply = await imported(validated, id, apiKey);
    expect([reply.status, reply.body.error]).toEqual([400, { code: 'connection_validation_failed', message }]);
    expect(await sql('SELECT 1 FROM connections WHERE connection_id = $1', [id])).toEqual([]);
    expect(told('/created')).not.toContain(id);
  });

  it('lets a connection be that it takes, which is told of only then', async () => {
    expect(await imported(validated, 'accepted', 'good')).toMatchObject({ status: 201 });
    expect(await shown(validated, 'accepted')).toMatchObject({ status: 200, body: { errors: [] } });
    await expect.poll(() => told('/created')).toContain('accepted');
    const [row] = await sql('SELECT is_announced, validation_id FROM connections WHERE connection_id = $1', ['accepted']);
    expect(row).toEqual({ is_announced: true, validation_id: null });
  });

  it('tells the person at the form, and the customer, why it refuses', async () => {
    const hooks = await Hooks.listen();
    const reply = await submit('message', undefined, hooks.url);
    expect([reply.status, reply.body.error]).toMatchObject([
      400,
      { code: 'connection_validation_failed', message: 'This key is read-only' },
    ]);
    const error = { type: 'connection_validation_failed', description: 'This key is read-only' };
    await hooks.expect(validated, { operation: 'creation', success: false, error });
    expect(hooks.of(validated)).toHaveLength(1);
    await hooks.close();
    expect((await submit('good')).status).toBe(200);
  });

  it('marks a connection as broken that was there before, until somebody connects anew', async () => {
    const id = await customer.connect(FORM, validated, { apiKey: 'good' }, { query: { 'params[base_url]': upstream.url } });
    const hooks = await Hooks.listen();
    const session = { connection_id: id, integration_id: validated, webhook_url_override: hooks.url };
    const { data } = await customer.nango.createReconnectSession(session);
    expect((await submit('error', data.token)).body.error).toMatchObject({ message: 'The trial is over' });
    await hooks.expect(validated, { operation: 'override', success: false, connectionId: id });
    expect((await sql('SELECT refresh_attempts, refresh_exhausted FROM connections WHERE connection_id = $1', [id]))[0]).toEqual({
      refresh_attempts: 4,
      refresh_exhausted: true,
    });
    const listed = await api.get<{ connections: { errors: { type: string }[] }[] }>(`/connections?connectionId=${id}`);
    expect(listed.body.connections[0]?.errors).toMatchObject([{ type: 'auth' }]);
    expect((await submit('good', data.token)).status).toBe(200);
    await hooks.expect(validated, { operation: 'override', success: true, connectionId: id });
    expect(await shown(validated, id)).toMatchObject({ status: 200, body: { errors: [] } });
    await hooks.close();
  });

  it('refuses what comes back from a provider’s pages, in the window and to the page that waits', async () => {
    const { id: client_id, secret: client_secret } = farm.apps.oauth2;
    const key = await customer.integration('farm-oauth2-plain', {
      credentials: { type: 'OAUTH2', client_id, client_secret, scopes: 'read,write' },
    });
    await deploy(api, key, [
      { type: 'action', name: 'ping', exec: `return 'pong';` },
      {
        type: 'on-event',
        name: 'check',
        event: 'validate-connection',
        exec: `const { data } = await nango.get({ endpoint: '/me' });
               throw new nango.ActionError({ message: 'Not for ' + data.who.slice(0, 5) + '<b>' });`,
      },
    ]);
    const { outcome, landing } = await customer.flow(key);
    expect(outcome).toMatchObject({
      message_type: 'error',
      error_type: 'connection_validation_failed',
      error_desc: 'Not for user-<b>',
    });
    expect(landing.status).toBe(400);
    expect(landing.text).not.toContain('<b>');
    expect(
      await sql('SELECT 1 FROM connections c JOIN integrations i ON i.id = c.integration_id WHERE i.unique_key = $1', [key]),
    ).toEqual([]);
  });
});

describe('post-connection-creation', () => {
  it('runs for a new connection, and again when it is authorised anew', async () => {
    await imported(watched, 'created', 'key');
    await expect.poll(() => told('/created').filter((id) => id === 'created')).toHaveLength(1);
    await imported(watched, 'created', 'another key');
    await expect.poll(() => told('/created').filter((id) => id === 'created')).toHaveLength(2);
    const last = upstream.requests.findLast(({ path }) => path === '/created');
    expect(last?.headers.authorization).toBe('Bearer another key');
  });

  it('runs after the form, at once, and is written down', async () => {
    const query = { 'params[base_url]': upstream.url };
    const id = await customer.connect(FORM, watched, { apiKey: 'key' }, { query });
    await expect.poll(() => told('/created'), { timeout: 10_000 }).toContain(id);
    const operation = async () =>
      (
        await sql(`SELECT state FROM logs.operations WHERE action = 'post_connection_creation' AND connection_name = $1`, [id])
      )[0];
    await expect.poll(operation, { timeout: 10_000 }).toEqual({ state: 'success' });
  });
});

describe('pre-connection-deletion', () => {
  it('runs before the connection goes, with its credentials', async () => {
    await imported(watched, 'leaving', 'last key');
    expect(await removed(watched, 'leaving')).toMatchObject({ status: 200, body: { success: true } });
    expect(told('/leaving')).toContain('leaving');
    expect(upstream.requests.findLast(({ path }) => path === '/leaving')?.headers.authorization).toBe('Bearer last key');
    expect((await shown(watched, 'leaving')).status).toBe(404);
  });

  it('keeps nobody from deleting when it fails, and says that it failed', async () => {
    await imported(watched, 'leaving-broken', 'broken');
    expect(await removed(watched, 'leaving-broken')).toMatchObject({ status: 200, body: { success: true } });
    expect((await shown(watched, 'leaving-broken')).status).toBe(404);
    const operation = async () =>
      (
        await sql(
          `SELECT state, error ->> 'type' AS type FROM logs.operations WHERE action = 'pre_connection_deletion' AND connection_name = $1`,
          ['leaving-broken'],
        )
      )[0];
    await expect.poll(operation, { timeout: 10_000 }).toEqual({ state: 'failed', type: 'script_http_error' });
  });

  it('does not run for a connection that there is not', async () => {
    const before = told('/leaving').length;
    expect(await removed(watched, 'nobody')).toMatchObject({ status: 400, body: { error: { code: 'unknown_connection' } } });
    expect(told('/leaving')).toHaveLength(before);
  });
});
