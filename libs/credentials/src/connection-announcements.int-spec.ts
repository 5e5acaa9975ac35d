import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#libs/kernel';
import { testDatabase } from '#libs/testing';
import type { ConnectionRefused, ConnectionSaved } from './connection-listeners.js';
import type { ConnectionRef, NewConnection } from './credentials.types.js';
import { type TestCredentials, testCredentials } from './test-credentials.js';

let database: Awaited<ReturnType<typeof testDatabase>>;
let subject: TestCredentials;
let key: string;
let serial = 0;
const saved: ConnectionSaved[] = [];
const refused: ConnectionRefused[] = [];
/** What becomes of the next connections; accepted when there is nothing more. */
const verdicts: ((ref: ConnectionRef) => Promise<void>)[] = [];
const refuse = async () => {
  throw new AppError('connection_validation_failed', 'not an admin');
};
const accept = async () => undefined;

beforeAll(async () => {
  database = await testDatabase();
  subject = await testCredentials(database.url, database.encryptionKey);
  subject.listeners.register({
    isValidated: async ({ uniqueKey }) => uniqueKey.startsWith('validated'),
    validateConnection: async (ref) => (verdicts.shift() ?? accept)(ref),
    connectionSaved: async (_tx, event) => void saved.push(event),
    connectionRefused: async (_tx, event) => void refused.push(event),
  });
});
afterAll(async () => {
  await subject.close();
  await database.close();
});
beforeEach(async () => {
  key = `validated-${++serial}`;
  for (const list of [saved, refused, verdicts, subject.heard]) list.length = 0;
  await subject.integrations.create(subject.environmentId, { provider: 'keyed', uniqueKey: key });
});

const add = (connectionId: string, apiKey = 'sk_1', more: Partial<NewConnection> = {}) =>
  subject.connections.import(subject.environmentId, {
    providerConfigKey: key,
    connectionId,
    credentials: { type: 'API_KEY', apiKey },
    ...more,
  });
const rowOf = async (connectionId: string) =>
  (
    await subject.db.query<Record<string, unknown>>(
      `SELECT c.is_announced, c.validation_id IS NOT NULL AS waits, c.refresh_exhausted, c.deleted_at FROM connections c
         JOIN integrations i ON i.id = c.integration_id WHERE i.unique_key = $1 AND c.connection_id = $2`,
      [key, connectionId],
    )
  )[0];
const operations = () => saved.map(({ operation }) => operation);

describe('a new connection', () => {
  it('can be used by whoever looks at it, and is told of once it is accepted', async () => {
    const seen: unknown[] = [];
    verdicts.push(async (ref) => {
      const { connection } = await subject.connections.leaseByRow(ref.environmentId, ref.id);
      seen.push(connection['connection_id'], await rowOf('one'), subject.heard.length, saved.length);
    });
    await add('one');
    expect(seen).toEqual(['one', { is_announced: false, waits: true, refresh_exhausted: false, deleted_at: null }, 0, 0]);
    expect([operations(), subject.heard.map(({ event }) => event)]).toEqual([['creation'], ['created']]);
    expect(await rowOf('one')).toMatchObject({ is_announced: true, waits: false });
  });

  it('is gone when it is refused, its id is free again, and that alone is told', async () => {
    verdicts.push(refuse);
    await expect(add('one', 'sk_1', { tags: { plan: 'pro' } })).rejects.toMatchObject({
      code: 'connection_validation_failed',
      message: 'not an admin',
    });
    expect(await rowOf('one')).toBeUndefined();
    expect([saved, subject.heard]).toEqual([[], []]);
    expect(refused).toMatchObject([
      {
        operation: 'creation',
        tags: { plan: 'pro' },
        error: { type: 'connection_validation_failed', description: 'not an admin' },
      },
    ]);
    expect(await subject.connections.resolve(subject.environmentId, key, 'one')).toBeNull();
    await add('one');
    expect(operations()).toEqual(['creation']);
  });

  it('that something hangs on already is deleted as others are', async () => {
    verdicts.push(async (ref) => {
      const [fn] = await subject.db.query<{ id: number }>(
        `INSERT INTO functions (environment_id, integration_id, type, name, source, version, bundle_hash, source_hash, definition)
         VALUES ($1, $2, 'sync', 'items', 'repo', '1', '', '', '{}') RETURNING id`,
        [ref.environmentId, ref.integrationId],
      );
      await subject.db.query(
        `INSERT INTO syncs (id, environment_id, connection_id, function_id, name) VALUES (gen_random_uuid(), $1, $2, $3, 'items')`,
        [ref.environmentId, ref.id, fn?.id],
      );
      await refuse();
    });
    await expect(add('one')).rejects.toMatchObject({ code: 'connection_validation_failed' });
    expect((await rowOf('one'))?.['deleted_at']).toBeInstanceOf(Date);
    expect(subject.heard.map(({ event }) => event)).toEqual(['deleted']);
  });

  it('that is saved again meanwhile is what the later one makes of it', async () => {
    verdicts.push(async () => {
      await add('one', 'sk_2');
      await refuse();
    });
    await expect(add('one', 'sk_1')).rejects.toMatchObject({ code: 'connection_validation_failed' });
    expect(await rowOf('one')).toMatchObject({ is_announced: true, waits: false });
    expect([operations(), refused]).toEqual([['creation'], []]);
    const { credentials } = await subject.connections.get(subject.environmentId, key, 'one');
    expect(credentials).toMatchObject({ apiKey: 'sk_2' });
  });

  it('that is deleted meanwhile stays deleted, and nobody is told of it', async () => {
    verdicts.push(() => subject.connections.remove(subject.environmentId, key, 'one'));
    await expect(add('one')).rejects.toMatchObject({ code: 'invalid_connection' });
    expect([operations(), subject.heard.map(({ event }) => event)]).toEqual([[], ['deleted']]);
  });

  it('is told of at once where nobody has to accept it', async () => {
    verdicts.push(refuse);
    key = `plain-${serial}`;
    await subject.integrations.create(subject.environmentId, { provider: 'keyed', uniqueKey: key });
    await add('one');
    expect([operations(), verdicts.length]).toEqual([['creation'], 1]);
  });
});

describe('a connection that was there before', () => {
  it('is broken when its new credentials are refused, until better ones come', async () => {
    await add('one');
    verdicts.push(refuse);
    await expect(add('one', 'sk_2', { operationId: 'operation' })).rejects.toMatchObject({
      code: 'connection_validation_failed',
    });
    expect(await rowOf('one')).toMatchObject({ is_announced: true, waits: false, refresh_exhausted: true, deleted_at: null });
    const shown = await subject.connections.peek(subject.environmentId, key, 'one');
    expect([shown.errors, shown.refresh]).toMatchObject([
      [{ type: 'auth', log_id: 'operation' }],
      { attempts: 4, exhausted: true },
    ]);
    expect(refused).toMatchObject([{ operation: 'override', operationId: 'operation' }]);
    await add('one', 'sk_3');
    expect(await rowOf('one')).toMatchObject({ refresh_exhausted: false });
    expect((await subject.connections.peek(subject.environmentId, key, 'one')).errors).toEqual([]);
    expect(operations()).toEqual(['creation', 'override']);
  });
});

describe('a process that is lost before a connection was accepted', () => {
  const lose = async (connectionId: string) => {
    // Neither accepted nor refused: as if nobody came back to it.
    let lost: () => void = () => {};
    const never = new Promise<void>((resolve) => (lost = resolve));
    verdicts.push(() => never);
    const attempt = add(connectionId);
    await expect.poll(() => rowOf(connectionId)).toMatchObject({ waits: true });
    await subject.db.query(`UPDATE connections SET validation_deadline_at = now() WHERE validation_id IS NOT NULL`);
    return { attempt, lost };
  };

  it('leaves no new connection behind', async () => {
    const { attempt, lost } = await lose('one');
    expect(await subject.announcements.refuseOverdue(10)).toBe(1);
    expect(await rowOf('one')).toBeUndefined();
    lost();
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_connection' });
    expect([operations(), refused.map(({ operation }) => operation)]).toEqual([[], ['creation']]);
    expect(await subject.announcements.refuseOverdue(10)).toBe(0);
  });

  it('leaves an old one broken', async () => {
    await add('one');
    const { attempt, lost } = await lose('one');
    expect(await subject.announcements.refuseOverdue(10)).toBe(1);
    expect(await rowOf('one')).toMatchObject({ waits: false, refresh_exhausted: true });
    lost();
    await attempt;
    expect(operations()).toEqual(['creation']);
  });
});
