import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '#libs/testing';
import type { Provider } from '#libs/providers';
import type { SavedConnection } from './connection-saves.js';
import type { ConnectionFilters, Integration, NewConnection } from './credentials.types.js';
import { type TestCredentials, testCredentials } from './test-credentials.js';

let database: Awaited<ReturnType<typeof testDatabase>>;
let subject: TestCredentials;
let key: string;
let serial = 0;

beforeAll(async () => {
  database = await testDatabase();
  subject = await testCredentials(database.url, database.encryptionKey);
});
afterAll(async () => {
  await subject.close();
  await database.close();
});
beforeEach(async () => {
  key = `keyed-${++serial}`;
  subject.heard.length = 0;
  await subject.integrations.create(subject.environmentId, { provider: 'keyed', uniqueKey: key });
});

const add = (connectionId: string, more: Partial<NewConnection> = {}) =>
  subject.connections.import(subject.environmentId, {
    providerConfigKey: key,
    connectionId,
    credentials: { type: 'API_KEY', apiKey: 'sk_very-secret' },
    ...more,
  });
const get = (connectionId: string) => subject.connections.get(subject.environmentId, key, connectionId);
const ids = async (filters: Partial<ConnectionFilters>) => {
  const found = await subject.connections.list(subject.environmentId, { integrationIds: [key], limit: 100, page: 0, ...filters });
  return found.map(({ connectionId }) => connectionId);
};

describe('importing', () => {
  it('seals credentials: the row shows nothing, and a value moved to another row does not open', async () => {
    const [one, two] = [await add('one'), await add('two')];
    const rows = await subject.db.query<{ credentials: Buffer }>('SELECT credentials FROM connections WHERE id = $1', [one.id]);
    expect(rows[0]?.credentials.includes('very-secret')).toBe(false);
    await subject.db.query('UPDATE connections SET credentials = $1 WHERE id = $2', [rows[0]?.credentials, two.id]);
    await expect(subject.connections.lease(subject.environmentId, key, 'two', { forceRefresh: true })).rejects.toThrow(/auth/i);
  });

  it('overwrites the connection of that id and keeps what is not given', async () => {
    const first = await add('one', {
      metadata: { plan: 'pro' },
      tags: { team: 'Blue' },
      webhookUrlOverride: 'https://a.example',
    });
    const second = await add('one', { credentials: { type: 'API_KEY', apiKey: 'sk_new' }, connectionConfig: { region: 'eu' } });
    expect(second).toMatchObject({
      id: first.id,
      version: first.version + 1,
      credentials: { apiKey: 'sk_new' },
      connectionConfig: { region: 'eu' },
      metadata: { plan: 'pro' },
      tags: { team: 'Blue' },
      webhookUrlOverride: 'https://a.example',
    });
    expect((await add('one', { webhookUrlOverride: '' })).webhookUrlOverride).toBeNull();
    expect(subject.heard).toHaveLength(1);
  });

  it('makes one connection, and tells of it once, when many import it at the same time', async () => {
    const saved = await Promise.all(Array.from({ length: 8 }, () => add('one')));
    expect(new Set(saved.map(({ id }) => id)).size).toBe(1);
    expect(await ids({})).toEqual(['one']);
    expect(subject.heard.map(({ event, ref }) => [event, ref.connectionId])).toEqual([['created', 'one']]);
  });

  it('is undone by a listener that fails', async () => {
    subject.failNextListener();
    await expect(add('one')).rejects.toThrow('the listener failed');
    expect(await ids({})).toEqual([]);
  });

  it('refuses what the provider refuses, and what does not fit it', async () => {
    subject.accept = false;
    await expect(add('one')).rejects.toMatchObject({ code: 'connection_test_failed', status: 400 });
    subject.accept = true;
    await expect(add('one', { credentials: { type: 'NONE' } })).rejects.toMatchObject({ code: 'invalid_body' });
    await expect(add('one', { credentials: { type: 'API_KEY', apiKey: 'pk' } })).rejects.toMatchObject({
      issues: [{ path: ['credentials', 'apiKey'] }],
    });
    await expect(add('one', { providerConfigKey: 'no-such' })).rejects.toMatchObject({ code: 'not_found', status: 404 });
    expect(await ids({})).toEqual([]);
  });
});

describe('leases', () => {
  it('cost one statement a second, however many ask', async () => {
    await add('one');
    const before = subject.statements();
    const lease = () => subject.connections.lease(subject.environmentId, key, 'one');
    const leases = await Promise.all(Array.from({ length: 20 }, lease));
    await lease();
    expect(subject.statements() - before).toBe(1);
    expect(leases[0]).toMatchObject({
      connection: { connection_id: 'one', credentials: { type: 'API_KEY', apiKey: 'sk_very-secret' } },
      provider: { name: 'keyed' },
      integration: { uniqueKey: key, clientId: null, custom: {} },
    });
  });

  it('show changes made here at once', async () => {
    const { id } = await add('one');
    for (const seats of [1, 2]) {
      await subject.connections.setMetadata(subject.environmentId, key, ['one'], { seats });
      expect((await get('one')).metadata).toEqual({ seats });
      expect((await subject.connections.leaseByRow(subject.environmentId, id)).connection['metadata']).toEqual({ seats });
    }
    await add('one', { credentials: { type: 'API_KEY', apiKey: 'sk_2' } });
    expect((await get('one')).credentials).toMatchObject({ apiKey: 'sk_2' });
    await subject.connections.remove(subject.environmentId, key, 'one');
    await expect(get('one')).rejects.toMatchObject({ code: 'unknown_connection' });
    await expect(subject.connections.leaseByRow(subject.environmentId, id)).rejects.toMatchObject({ code: 'unknown_connection' });
  });

  it('tell an unknown integration from an unknown connection, and end at the environment', async () => {
    const { id } = await add('one');
    const lease = (environmentId: number, providerConfigKey: string, connectionId: string) =>
      subject.connections.lease(environmentId, providerConfigKey, connectionId);
    await expect(lease(subject.environmentId, 'no-such', 'one')).rejects.toMatchObject({
      code: 'unknown_provider_config',
      status: 404,
    });
    await expect(lease(subject.environmentId, key, 'no-such')).rejects.toMatchObject({ code: 'unknown_connection' });
    await expect(lease(subject.otherEnvironmentId, key, 'one')).rejects.toMatchObject({ code: 'unknown_provider_config' });
    await expect(subject.connections.leaseByRow(subject.otherEnvironmentId, id)).rejects.toMatchObject({
      code: 'unknown_connection',
    });
    expect(await subject.connections.resolve(subject.otherEnvironmentId, key, 'one')).toBeNull();
    expect(await subject.connections.resolve(subject.environmentId, key, 'one')).toMatchObject({ id, providerConfigKey: key });
  });

  it('leave a date behind when they are read', async () => {
    const { id } = await add('one');
    subject.lastFetched.mark(id);
    await subject.lastFetched.flush();
    const read = await subject.connections.get(subject.environmentId, key, 'one', { forceRefresh: true });
    expect(read.lastFetchedAt).toBeInstanceOf(Date);
  });

  it('leave none on a row that somebody is changing, and keep nobody waiting', async () => {
    const [one, two] = [await add('one'), await add('two')];
    await subject.db.transaction(async (tx) => {
      await tx.query('UPDATE connections SET metadata = NULL WHERE id = $1', [one.id]);
      for (const { id } of [one, two]) subject.lastFetched.mark(id);
      await subject.lastFetched.flush();
    });
    const rows = await subject.db.query<{ read: boolean }>(
      'SELECT last_fetched_at IS NOT NULL AS read FROM connections WHERE id = ANY($1) ORDER BY id',
      [[one.id, two.id]],
    );
    expect(rows).toEqual([{ read: false }, { read: true }]);
  });
});

describe('a configuration', () => {
  it('is shown whole, and apart from what is sealed in it', async () => {
    const given = { region: 'eu', sharepointAccessToken: { access_token: 'very-secret' } };
    await add('one', { connectionConfig: given });
    expect(await get('one')).toMatchObject({ connectionConfig: given, publicConfig: { region: 'eu' } });
    expect((await get('one')).publicConfig).not.toHaveProperty('sharepointAccessToken');
  });
});

describe('what a provider tells of an account later', () => {
  const save = (integration: Integration, accessToken: string) =>
    subject.saves.save({
      integration,
      provider: subject.catalogue.get('app') as Provider,
      connectionId: 'c',
      credentials: { type: 'OAUTH2', access_token: accessToken },
      connectionConfig: {},
    });

  it('is not mixed with the account that has taken its place', async () => {
    const uniqueKey = `app-${key}`;
    const credentials = { type: 'OAUTH2', client_id: 'a', client_secret: 'b' };
    const integration = await subject.integrations.create(subject.environmentId, { provider: 'app', uniqueKey, credentials });
    const [first, second] = [await save(integration, 'one'), await save(integration, 'two')];
    expect(second).toMatchObject({ rowId: first.rowId, credentialsVersion: first.credentialsVersion + 1 });
    const merge = (portalId: string, saved: SavedConnection) =>
      subject.configs.merge(subject.environmentId, saved.rowId, { portalId }, saved.credentialsVersion);
    await merge('of the first', first);
    expect((await subject.connections.get(subject.environmentId, uniqueKey, 'c')).connectionConfig).toEqual({});
    await merge('of the second', second);
    const { connectionConfig } = await subject.connections.get(subject.environmentId, uniqueKey, 'c');
    expect(connectionConfig).toEqual({ portalId: 'of the second' });
  });
});

describe('listing', () => {
  it('is newest first, page by page, with microseconds', async () => {
    for (const id of ['one', 'two', 'three']) await add(id);
    expect(await ids({ limit: 2 })).toEqual(['three', 'two']);
    expect(await ids({ limit: 2, page: 1 })).toEqual(['one']);
    const row = `UPDATE connections SET created_at = '2026-01-05T10:00:00.123450Z' WHERE integration_id = (SELECT id FROM integrations WHERE unique_key = $1)`;
    await subject.db.query(row, [key]);
    const [first] = await subject.connections.list(subject.environmentId, { integrationIds: [key], limit: 1, page: 0 });
    expect(first).toMatchObject({ connectionId: 'three', created: '2026-01-05T10:00:00.12345+00:00' });
  });

  it('filters', async () => {
    await add('ada_1', { endUser: { id: 'u1', email: 'ada@example.com', display_name: 'Ada' }, tags: { team: 'Blue' } });
    await add('bob%2', { endUser: { id: 'u2', organization: { id: 'o1' } } });
    expect(await ids({ connectionId: 'ada_1' })).toEqual(['ada_1']);
    expect(await ids({ search: 'ADA@EX' })).toEqual(['ada_1']);
    expect(await ids({ search: '%' })).toEqual(['bob%2']);
    expect(await ids({ search: '_' })).toEqual(['ada_1']);
    expect(await ids({ endUserId: 'u2' })).toEqual(['bob%2']);
    expect(await ids({ endUserOrganizationId: 'o1' })).toEqual(['bob%2']);
    expect(await ids({ tags: { team: 'Blue', end_user_id: 'u1' } })).toEqual(['ada_1']);
    expect(await ids({ tags: { team: 'blue' } })).toEqual([]);
    expect(await ids({ integrationIds: ['no-such'] })).toEqual([]);
    expect(await subject.connections.list(subject.otherEnvironmentId, { limit: 10, page: 0 })).toEqual([]);
  });

  it('shows live problems', async () => {
    const { id } = await add('one');
    await subject.db.query(`INSERT INTO connection_errors (connection_id, type, operation_id) VALUES ($1, 'auth', 'op')`, [id]);
    const [shown] = await subject.connections.list(subject.environmentId, { integrationIds: [key], limit: 1, page: 0 });
    expect(shown?.errors).toEqual([{ type: 'auth', log_id: 'op' }]);
    expect((await add('one')).errors).toEqual([]);
  });
});

describe('changing', () => {
  it('patches what is given: tags follow the end user', async () => {
    await add('one', { tags: { team: 'Blue' } });
    await subject.connections.patch(subject.environmentId, key, 'one', { webhookUrlOverride: 'https://a.example' });
    expect(await get('one')).toMatchObject({ tags: { team: 'Blue' }, webhookUrlOverride: 'https://a.example', version: 2 });
    await subject.connections.patch(subject.environmentId, key, 'one', {
      endUser: { id: 'u1' },
      tags: { a: 'b' },
      webhookUrlOverride: '',
    });
    expect(await get('one')).toMatchObject({
      tags: { end_user_id: 'u1', a: 'b' },
      endUser: { id: 'u1' },
      webhookUrlOverride: null,
    });
    const patch = (providerConfigKey: string, id: string) =>
      subject.connections.patch(subject.environmentId, providerConfigKey, id, {});
    await expect(patch(key, 'no-such')).rejects.toMatchObject({ code: 'unknown_connection' });
    await expect(patch('no-such', 'one')).rejects.toMatchObject({ code: 'unknown_provider_config' });
  });

  it('writes metadata to all named connections or to none', async () => {
    await add('one', { metadata: { a: 1 } });
    await add('two');
    await subject.connections.updateMetadata(subject.environmentId, key, ['one', 'two', 'one'], { b: 2 });
    expect([(await get('one')).metadata, (await get('two')).metadata]).toEqual([{ a: 1, b: 2 }, { b: 2 }]);
    const set = subject.connections.setMetadata(subject.environmentId, key, ['one', 'no-such'], {});
    await expect(set).rejects.toMatchObject({ code: 'unknown_connection', message: expect.stringContaining('no-such') });
    expect((await get('one')).metadata).toEqual({ a: 1, b: 2 });
  });
});

describe('removing', () => {
  it('is undone by a listener that fails, and told of once otherwise', async () => {
    await add('one');
    subject.failNextListener();
    await expect(subject.connections.remove(subject.environmentId, key, 'one')).rejects.toThrow('the listener failed');
    expect(await ids({})).toEqual(['one']);
    await subject.connections.remove(subject.environmentId, key, 'one');
    await expect(subject.connections.remove(subject.environmentId, key, 'one')).rejects.toMatchObject({
      code: 'unknown_connection',
      status: 400,
    });
    expect(subject.heard.map(({ event }) => event)).toEqual(['created', 'deleted']);
  });

  it('frees the id for a new connection', async () => {
    const before = await add('one');
    await subject.connections.remove(subject.environmentId, key, 'one');
    expect((await add('one')).id).not.toBe(before.id);
  });
});
