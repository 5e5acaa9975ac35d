import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuthModes, type Credentials } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { type TestCredentials, testCredentials } from '../test-credentials.js';
import type { DueConnection } from './connection-upkeep.repository.js';

let database: TestDatabase;
let store: TestRedis;
let redis: Redis;
let subject: TestCredentials;
let refreshes: number;
let refusing: boolean;
let serial = 0;

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
/** A token that ends in so many minutes; its margin begins after half of them. */
const token = (minutes: number): Credentials => ({
  type: 'OAUTH2',
  access_token: `a${++serial}`,
  refresh_token: 'r',
  expires_at: inMinutes(minutes),
  raw: {},
});

beforeAll(async () => {
  [database, store] = await Promise.all([testDatabase(), testRedis()]);
  redis = new Redis(store.url);
  const modes = new AuthModes({
    OAUTH2: {
      isRenewable: (_subject, { refresh_token: given }) => given !== undefined,
      refresh: async () => {
        if (refusing) throw new AppError('refresh_token_external_error', 'no', { payload: { permanent: true } });
        refreshes += 1;
        return { credentials: token(60) };
      },
    },
  });
  subject = await testCredentials(database.url, database.encryptionKey, { modes, redis });
});
afterAll(async () => {
  await subject.close();
  redis.disconnect();
  await Promise.all([database.close(), store.close()]);
});
beforeEach(async () => {
  [refreshes, refusing, subject.accept] = [0, false, true];
  subject.changes.length = 0;
  await subject.db.query('UPDATE connections SET next_refresh_at = NULL, deleted_at = now() WHERE deleted_at IS NULL');
});

async function save(provider: 'app' | 'keyed', credentials: Credentials): Promise<number> {
  const uniqueKey = `${provider}-${++serial}`;
  const client = { type: 'OAUTH2', client_id: 'id', client_secret: 'secret' };
  const given = provider === 'app' ? { provider, uniqueKey, credentials: client } : { provider, uniqueKey };
  const integration = await subject.integrations.create(subject.environmentId, given);
  const entry = subject.catalogue.get(provider);
  if (!entry) throw new Error(`the catalogue lacks ${provider}`);
  const { rowId } = await subject.saves.save({ integration, provider: entry, credentials, connectionConfig: {} });
  if (credentials.type === 'OAUTH2') await change(rowId, `next_refresh_at = credentials_expires_at - interval '15 minutes'`);
  return rowId;
}

const change = (id: number, assignments: string) => subject.db.query(`UPDATE connections SET ${assignments} WHERE id = $1`, [id]);
const rowOf = async (id: number) =>
  (await subject.db.query<Record<string, Date | number | null>>('SELECT * FROM connections WHERE id = $1', [id]))[0];
const due = async (): Promise<DueConnection[]> => (await subject.upkeep.takeDue(100)).due;
const minutesUntil = (date: unknown) => Math.round(((date as Date).getTime() - Date.now()) / 60_000);

describe('a token about to end', () => {
  it('is due before users of it would have to wait, is taken once, and renewed once', async () => {
    await save('app', token(60));
    expect(await due()).toEqual([]);
    const id = await save('app', token(10));
    const taken = await Promise.all([due(), due(), due()]);
    expect(taken.flat().map(({ rowId }) => rowId)).toEqual([id]);
    const [connection] = taken.flat() as [DueConnection];
    await Promise.all([subject.care.lookAfter(connection), subject.care.lookAfter(connection)]);
    expect(refreshes).toBe(1);
    const next = minutesUntil((await rowOf(id))?.['next_refresh_at']);
    expect(next).toBeGreaterThanOrEqual(35);
    expect(next).toBeLessThanOrEqual(45);
  });

  it('is left alone when somebody has renewed or replaced it meanwhile', async () => {
    const id = await save('app', token(10));
    const [connection] = (await due()) as [DueConnection];
    await change(id, 'credentials_version = credentials_version + 1');
    await subject.care.lookAfter(connection);
    expect(refreshes).toBe(0);
  });

  it('is renewed once a day where nobody uses it', async () => {
    const id = await save('app', token(10));
    await change(
      id,
      `created_at = now() - interval '9 days', last_fetched_at = now() - interval '2 days', refreshed_at = now() - interval '20 hours'`,
    );
    expect(await due()).toEqual([]);
    expect(minutesUntil((await rowOf(id))?.['next_refresh_at'])).toBe(240);
    await change(id, `next_refresh_at = now(), refreshed_at = now() - interval '25 hours'`);
    expect(await due()).toHaveLength(1);
  });

  it('that cannot be renewed is not come back to', async () => {
    const { refresh_token: _, ...rest } = token(10);
    const id = await save('app', rest);
    const [connection] = (await due()) as [DueConnection];
    await subject.care.lookAfter(connection);
    expect((await rowOf(id))?.['next_refresh_at']).toBeNull();
  });

  it('whose renewal fails is reported, and tried again in an hour', async () => {
    const id = await save('app', token(10));
    refusing = true;
    const [connection] = (await due()) as [DueConnection];
    await subject.care.lookAfter(connection);
    expect(subject.changes).toMatchObject([{ error: { type: 'refresh_token_external_error' } }]);
    const row = await rowOf(id);
    expect([row?.['refresh_attempts'], minutesUntil(row?.['next_refresh_at'])]).toEqual([1, 60]);
  });
});

describe('a key without an end', () => {
  it('is tried once a day; a refusal and the return are told', async () => {
    const id = await save('keyed', { type: 'API_KEY', apiKey: 'sk_1' });
    expect(minutesUntil((await rowOf(id))?.['next_refresh_at'])).toBeGreaterThanOrEqual(24 * 60 - 1);
    const tryIt = async () => {
      await change(id, 'next_refresh_at = now()');
      const [connection] = (await due()) as [DueConnection];
      await subject.care.lookAfter(connection);
    };
    subject.accept = false;
    await tryIt();
    subject.accept = true;
    await tryIt();
    await tryIt();
    expect(subject.changes.map(({ error }) => error?.type ?? 'works')).toEqual(['connection_test_failed', 'works']);
    expect(minutesUntil((await rowOf(id))?.['next_refresh_at'])).toBeGreaterThanOrEqual(24 * 60 - 1);
  });
});

describe('deleted connections', () => {
  it('are listed once they are old enough, and removed with their errors', async () => {
    const [old, recent] = [await save('app', token(60)), await save('app', token(60))];
    await change(old, `deleted_at = now() - interval '40 days'`);
    await change(recent, `deleted_at = now() - interval '20 days'`);
    await subject.db.query(`INSERT INTO connection_errors (connection_id, type, operation_id) VALUES ($1, 'auth', 'x')`, [old]);
    const monthAgo = new Date(Date.now() - 31 * 86_400_000);
    const ids = await subject.upkeep.deletedBefore(monthAgo, 100);
    expect(ids).toContain(old);
    expect(ids).not.toContain(recent);
    await subject.upkeep.remove([old, recent]);
    expect([await rowOf(old), await rowOf(recent)]).toEqual([undefined, undefined]);
  });

  it('that came back to life are not removed', async () => {
    const id = await save('app', token(60));
    await subject.upkeep.remove([id]);
    expect(await rowOf(id)).toBeDefined();
  });

  it('leave no secret of their integration', async () => {
    const id = await save('app', token(60));
    const integrationId = (await rowOf(id))?.['integration_id'];
    await subject.db.query(`UPDATE integrations SET deleted_at = now() - interval '40 days' WHERE id = $1`, [integrationId]);
    expect(await subject.upkeep.forgetIntegrationSecrets(new Date(Date.now() - 31 * 86_400_000))).toBe(1);
    const [row] = await subject.db.query<{ credentials: unknown }>('SELECT credentials FROM integrations WHERE id = $1', [
      integrationId,
    ]);
    expect(row?.credentials).toBeNull();
  });
});
