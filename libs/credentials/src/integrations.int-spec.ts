import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '#libs/testing';
import { type TestCredentials, testCredentials } from './test-credentials.js';

let database: Awaited<ReturnType<typeof testDatabase>>;
let subject: TestCredentials;

beforeAll(async () => {
  database = await testDatabase();
  subject = await testCredentials(database.url, database.encryptionKey);
});
afterAll(async () => {
  await subject.close();
  await database.close();
});

const client = { type: 'OAUTH2', client_id: 'id', client_secret: 'very-secret' };
const create = (uniqueKey: string, provider = 'keyed') =>
  subject.integrations.create(subject.environmentId, {
    provider,
    uniqueKey,
    ...(provider === 'app' ? { credentials: client } : {}),
  });
const connect = (providerConfigKey: string) =>
  subject.connections.import(subject.environmentId, {
    providerConfigKey,
    connectionId: 'one',
    credentials: { type: 'API_KEY', apiKey: 'sk_1' },
  });
const rename = (from: string, uniqueKey: string) => subject.integrations.update(subject.environmentId, from, { uniqueKey });

describe('integrations', () => {
  it('seal what the developer registered', async () => {
    const made = await create('sealed', 'app');
    expect(made.credentials).toEqual(client);
    const sql = 'SELECT credentials FROM integrations WHERE id = $1';
    const [row] = await subject.db.query<{ credentials: Buffer }>(sql, [made.id]);
    expect(row?.credentials.includes('very-secret')).toBe(false);
  });

  it('have a key of their own, also when two are made at once', async () => {
    const results = await Promise.allSettled([create('twice'), create('twice'), create('twice')]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(create('twice')).rejects.toMatchObject({ code: 'invalid_body', issues: [{ path: ['uniqueKey'] }] });
    const elsewhere = { provider: 'keyed', uniqueKey: 'twice' };
    await subject.integrations.create(subject.otherEnvironmentId, elsewhere);
  });

  it('refuse an unknown provider, missing credentials and unknown settings', async () => {
    await expect(create('x', 'no-such')).rejects.toMatchObject({ issues: [{ code: 'invalid_string', path: ['provider'] }] });
    const bare = subject.integrations.create(subject.environmentId, { provider: 'app', uniqueKey: 'x' });
    await expect(bare).rejects.toMatchObject({ issues: [{ path: ['credentials'] }] });
  });

  it('change field by field; leases follow at once', async () => {
    await create('changing');
    await connect('changing');
    await subject.connections.lease(subject.environmentId, 'changing', 'one');
    const update = (changes: object) => subject.integrations.update(subject.environmentId, 'changing', changes);
    await update({ displayName: 'Mine', custom: { a: '1' } });
    expect(await update({ custom: { b: '2' }, forwardWebhooks: false })).toMatchObject({
      displayName: 'Mine',
      forwardWebhooks: false,
      custom: { a: '1', b: '2' },
    });
    const lease = await subject.connections.lease(subject.environmentId, 'changing', 'one');
    expect(lease.integration.custom).toEqual({ a: '1', b: '2' });
  });

  it('are renamed only without connections and to a free key', async () => {
    await create('from');
    await create('taken');
    await expect(rename('from', 'taken')).rejects.toMatchObject({ code: 'invalid_body' });
    expect((await rename('from', 'to')).uniqueKey).toBe('to');
    await connect('to');
    await expect(rename('to', 'back')).rejects.toMatchObject({ code: 'invalid_body' });
    await expect(rename('from', 'x')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('take their connections with them, and all stays when a listener fails', async () => {
    await create('doomed');
    await connect('doomed');
    subject.failNextListener();
    const remove = () => subject.integrations.remove(subject.environmentId, 'doomed');
    await expect(remove()).rejects.toThrow('the listener failed');
    expect(await subject.connections.resolve(subject.environmentId, 'doomed', 'one')).not.toBeNull();
    subject.heard.length = 0;
    await remove();
    expect(subject.heard.map(({ event, ref }) => [event, ref.providerConfigKey])).toEqual([['deleted', 'doomed']]);
    expect(await subject.connections.resolve(subject.environmentId, 'doomed', 'one')).toBeNull();
    await expect(remove()).rejects.toMatchObject({ code: 'not_found', status: 404 });
    await create('doomed');
  });
});
