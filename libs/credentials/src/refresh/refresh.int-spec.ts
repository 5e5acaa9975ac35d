import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthMode, AuthModes, type Credentials, type Freshness } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { type TestCredentials, testCredentials } from '../test-credentials.js';

/** A provider whose refresh tokens work once. */
class RotatingProvider implements AuthMode {
  accepted = 0;
  asked = 0;
  #valid = new Set<string>();
  /** Runs while the provider is asked. */
  meanwhile: () => Promise<unknown> = async () => undefined;
  down = false;
  introspected = 0;
  verdict: Freshness = 'unknown';

  introspect(): Freshness {
    this.introspected += 1;
    return this.verdict;
  }

  issue(lifeMs: number): Credentials {
    const refreshToken = randomUUID();
    this.#valid.add(refreshToken);
    const expires = new Date(Date.now() + lifeMs).toISOString();
    return { type: 'OAUTH2', access_token: randomUUID(), refresh_token: refreshToken, expires_at: expires, raw: {} };
  }

  isRenewable = (_subject: unknown, { refresh_token: token }: Credentials): boolean => token !== undefined;

  refresh: NonNullable<AuthMode['refresh']> = async (_subject, { refresh_token: token }) => {
    this.asked += 1;
    await this.meanwhile();
    if (this.down) throw new AppError('refresh_token_external_error', 'down', { payload: { permanent: false } });
    if (!this.#valid.delete(String(token))) {
      throw new AppError('refresh_token_external_error', 'invalid_grant', { payload: { permanent: true } });
    }
    this.accepted += 1;
    return {
      credentials: this.issue(3_600_000),
      connectionConfig: { instance_url: 'https://eu.example.com', sessionToken: 's3' },
    };
  };
}

let database: TestDatabase;
let store: TestRedis;
let provider: RotatingProvider;
let redis: Redis;
/** Two replicas of a service. */
let replicas: TestCredentials[];
let key: string;
let serial = 0;

beforeAll(async () => {
  [database, store] = await Promise.all([testDatabase(), testRedis()]);
  redis = new Redis(store.url);
  const mode: AuthMode = {
    refresh: (subject, credentials) => provider.refresh(subject, credentials),
    isRenewable: (subject, credentials) => provider.isRenewable(subject, credentials),
  };
  const modes = new AuthModes({ OAUTH2: mode }, {}, { app: async () => provider.introspect() });
  const make = () => testCredentials(database.url, database.encryptionKey, { modes, redis });
  replicas = [await make(), await make()];
});
afterAll(async () => {
  for (const replica of replicas) await replica.close();
  redis.disconnect();
  await Promise.all([database.close(), store.close()]);
});
beforeEach(async () => {
  provider = new RotatingProvider();
  key = `app-${++serial}`;
  const client = { type: 'OAUTH2', client_id: 'id', client_secret: 'secret' };
  await one().integrations.create(one().environmentId, { provider: 'app', uniqueKey: key, credentials: client });
  for (const replica of replicas) replica.changes.length = 0;
});

const one = () => replicas[0] as TestCredentials;
const two = () => replicas[1] as TestCredentials;

/** Saves credentials as if they had been got an hour ago. */
async function save(credentials: Credentials): Promise<number> {
  const integration = await one().integrations.get(one().environmentId, key);
  const app = one().catalogue.get('app');
  if (!app) throw new Error('the catalogue lacks app');
  const { rowId } = await one().saves.save({ integration, provider: app, connectionId: 'c', credentials, connectionConfig: {} });
  await one().db.query(`UPDATE connections SET refreshed_at = now() - interval '1 hour' WHERE id = $1`, [rowId]);
  one().leases.changed({ id: rowId });
  return rowId;
}
const read = (replica: TestCredentials, options = {}) => replica.connections.get(replica.environmentId, key, 'c', options);
const rowOf = async (id: number) =>
  (await one().db.query<Record<string, unknown>>('SELECT * FROM connections WHERE id = $1', [id]))[0];

/** As if all of it were longer ago. */
async function age(id: number, interval: string): Promise<void> {
  await one().db.query(
    `UPDATE connections SET refresh_failed_at = refresh_failed_at - $2::interval, refreshed_at = refreshed_at - $2::interval
      WHERE id = $1`,
    [id, interval],
  );
  for (const { leases } of replicas) leases.changed({ id });
}

describe('a token about to end', () => {
  it('is renewed once, however many ask on however many replicas, and all get the new one', async () => {
    await save(provider.issue(1_000));
    const asked = Array.from({ length: 200 }, (_, index) => read(index % 2 ? one() : two()));
    const tokens = new Set((await Promise.all(asked)).map(({ credentials }) => credentials['access_token']));
    expect([tokens.size, provider.accepted]).toEqual([1, 1]);
  });

  it('is renewed ahead of its end, and left alone before', async () => {
    await save(provider.issue(3_600_000));
    await read(one());
    expect(provider.asked).toBe(0);
    await read(one(), { forceRefresh: true });
    expect(provider.accepted).toBe(1);
  });

  it('keeps what came with it, secrets sealed', async () => {
    const id = await save(provider.issue(1_000));
    const { connectionConfig } = await read(one());
    expect(connectionConfig).toEqual({ instance_url: 'https://eu.example.com', sessionToken: 's3' });
    expect((await rowOf(id))?.['connection_config']).toEqual({ instance_url: 'https://eu.example.com' });
  });

  it('is served as it is where there is nothing to renew it with', async () => {
    const { refresh_token: _, ...rest } = provider.issue(1_000);
    await save(rest);
    expect((await read(one())).credentials['access_token']).toBe(rest['access_token']);
    expect(provider.asked).toBe(0);
  });

  it('is served while it is valid though the provider is down, and then refused', async () => {
    const id = await save(provider.issue(120_000));
    provider.down = true;
    expect((await read(one())).credentials.type).toBe('OAUTH2');
    const refused = read(one(), { forceRefresh: true });
    await expect(refused).rejects.toMatchObject({ code: 'refresh_token_external_error', status: 400 });
    await save(provider.issue(1_000));
    await expect(read(one())).rejects.toMatchObject({ code: 'refresh_token_external_error' });
    await expect(read(one())).rejects.toMatchObject({ code: 'connection_refresh_backoff', status: 424 });
    await age(id, '1 minute');
    provider.down = false;
    expect((await read(one())).credentials.type).toBe('OAUTH2');
  });
});

describe('a refresh', () => {
  it('never undoes a reconnection that happens meanwhile', async () => {
    await save(provider.issue(1_000));
    const reconnected = provider.issue(3_600_000);
    provider.meanwhile = () => save(reconnected);
    expect((await read(one())).credentials['access_token']).toBe(reconnected['access_token']);
  });

  it('loses nothing that is merged into the configuration meanwhile', async () => {
    const id = await save(provider.issue(1_000));
    await one().configs.merge(one().environmentId, id, { firstToken: 's1' });
    provider.meanwhile = () =>
      two().configs.merge(two().environmentId, id, { userCredentials: { access_token: 's2' }, dc: 'us1' });
    expect((await read(one())).connectionConfig).toEqual({
      instance_url: 'https://eu.example.com',
      dc: 'us1',
      firstToken: 's1',
      userCredentials: { access_token: 's2' },
      sessionToken: 's3',
    });
  });

  it('that loses its lease to a slower holder uses what that one stored', async () => {
    await save(provider.issue(1_000));
    const others = read(two());
    // The lease is gone before its holder has stored anything: two replicas ask the provider with one token.
    provider.meanwhile = async () => {
      provider.meanwhile = async () => undefined;
      await redis.del(...(await redis.keys('fairlead:refresh:{*}')));
      await expect.poll(() => provider.asked, { timeout: 5_000 }).toBeGreaterThanOrEqual(1);
    };
    const [a, b] = await Promise.all([read(one()), others]);
    expect(a.credentials['access_token']).toBe(b.credentials['access_token']);
    expect(provider.accepted).toBe(1);
  });

  it('survives a database that does not take the new token at once', async () => {
    const id = await save(provider.issue(1_000));
    provider.meanwhile = () => one().db.query('ALTER TABLE connections RENAME COLUMN refreshed_at TO away');
    const reading = read(one());
    await expect.poll(() => redis.keys('fairlead:refresh-stash:*'), { timeout: 5_000 }).toHaveLength(1);
    const [stash] = await redis.keys('fairlead:refresh-stash:*');
    const { credentials } = (await rowOf(id)) as { credentials: Buffer };
    expect((await redis.getBuffer(stash as string))?.includes('access_token')).toBe(false);
    expect(credentials).toBeInstanceOf(Buffer);
    await one().db.query('ALTER TABLE connections RENAME COLUMN away TO refreshed_at');
    expect((await reading).credentials['access_token']).toBeTypeOf('string');
    expect(await redis.keys('fairlead:refresh-stash:*')).toEqual([]);
  });
});

describe('failing for days', () => {
  it('counts days, tells the customer once a day, gives up on the fourth, and starts anew on reconnection', async () => {
    const id = await save({ ...provider.issue(1_000), refresh_token: 'used up' });
    const codes: string[] = [];
    for (let day = 1; day <= 5; day += 1) {
      codes.push((await read(one()).catch(({ code }: AppError) => code)) as string);
      await age(id, '1 minute');
      if (day === 1) await read(one()).catch(() => undefined);
      await age(id, '1 day');
    }
    expect(codes).toEqual([...Array(4).fill('refresh_token_external_error'), 'connection_refresh_exhausted']);
    expect(one().changes.map(({ error }) => error?.type)).toEqual(Array(4).fill('refresh_token_external_error'));
    expect((await one().connections.peek(one().environmentId, key, 'c')).errors).toEqual([
      { type: 'auth', log_id: expect.any(String) },
    ]);
    await save(provider.issue(3_600_000));
    expect(await read(one())).toMatchObject({ errors: [], refresh: { attempts: 0, exhausted: false, failedAt: null } });
  });

  it('ends with a success that the customer hears of once', async () => {
    const id = await save(provider.issue(1_000));
    provider.down = true;
    await expect(read(one())).rejects.toThrow('down');
    provider.down = false;
    await age(id, '1 minute');
    await Promise.all([read(one()), read(two()), read(one())]);
    const told = [...one().changes, ...two().changes].map(({ error }) => error?.type ?? 'works');
    expect(told).toEqual(['refresh_token_external_error', 'works']);
    expect(await read(one())).toMatchObject({ errors: [], refresh: { attempts: 0, failedAt: null } });
  });
});

describe('a token of unknown end', () => {
  it('is renewed when the provider refuses it, but not again at once', async () => {
    const { expires_at: _, ...rest } = provider.issue(0);
    await save(rest);
    await read(one());
    expect(provider.asked).toBe(0);
    await read(one(), { rejected: true });
    await read(one(), { rejected: true });
    expect(provider.accepted).toBe(1);
  });

  it('is asked about, once a minute, where the provider answers that', async () => {
    const { expires_at: _, ...rest } = provider.issue(0);
    await save(rest);
    provider.verdict = 'fresh';
    await Promise.all([read(one()), read(one())]);
    await read(one());
    expect([provider.introspected, provider.accepted]).toEqual([1, 0]);
  });

  it('is renewed when the provider says that it is over', async () => {
    const { expires_at: _, ...rest } = provider.issue(0);
    await save(rest);
    provider.verdict = 'due';
    const tokens = await Promise.all([read(one()), read(one())]);
    expect(new Set(tokens.map(({ credentials }) => credentials['access_token'])).size).toBe(1);
    expect([provider.introspected, provider.accepted]).toEqual([1, 1]);
  });
});

describe('a token that the provider refuses before its end', () => {
  const versionOf = async (replica: TestCredentials) => (await read(replica)).credentialsVersion;

  it('is renewed once, however many were refused on however many replicas, and all get the new one', async () => {
    await save(provider.issue(3_600_000));
    const rejectedVersion = await versionOf(one());
    const refused = { rejected: true, rejectedVersion };
    const asked = Array.from({ length: 100 }, (_, index) => read(index % 2 ? one() : two(), refused));
    const tokens = new Set((await Promise.all(asked)).map(({ credentials }) => credentials['access_token']));
    expect([tokens.size, provider.asked]).toEqual([1, 1]);
    const statements = [one().statements(), two().statements()];
    const late = await Promise.all(Array.from({ length: 100 }, (_, index) => read(index % 2 ? one() : two(), refused)));
    expect(new Set(late.map(({ credentials }) => credentials['access_token']))).toEqual(tokens);
    expect([provider.asked, one().statements(), two().statements()]).toEqual([1, ...statements]);
  });

  it('costs a provider that refuses all of them one renewal a minute', async () => {
    const id = await save(provider.issue(3_600_000));
    const refuse = async () => {
      for (let call = 0; call < 20; call += 1) {
        const replica = call % 2 ? one() : two();
        await read(replica, { rejected: true, rejectedVersion: await versionOf(replica) });
      }
    };
    await refuse();
    expect(provider.asked).toBe(1);
    await age(id, '59 seconds');
    await refuse();
    expect(provider.asked).toBe(1);
    await age(id, '2 seconds');
    await refuse();
    expect(provider.asked).toBe(2);
  });

  it('is renewed at once where it came with the connection', async () => {
    const id = await save(provider.issue(3_600_000));
    await one().db.query('UPDATE connections SET refreshed_at = now() WHERE id = $1', [id]);
    one().leases.changed({ id });
    await read(one(), { rejected: true, rejectedVersion: await versionOf(one()) });
    expect(provider.accepted).toBe(1);
  });

  it('is not asked for again and again while it cannot be renewed', async () => {
    const id = await save({ ...provider.issue(3_600_000), refresh_token: 'used up' });
    const rejectedVersion = await versionOf(one());
    const codes = [];
    for (let call = 0; call < 5; call += 1) {
      codes.push(
        await read(one(), { rejected: true, rejectedVersion }).then(
          ({ credentialsVersion }) => credentialsVersion,
          ({ code }: AppError) => code,
        ),
      );
    }
    // Told once; until the provider is asked again the token is what there is.
    expect(codes).toEqual(['refresh_token_external_error', ...Array(4).fill(rejectedVersion)]);
    expect(provider.asked).toBe(1);
    await age(id, '31 seconds');
    await read(one(), { rejected: true, rejectedVersion }).catch(() => undefined);
    expect(provider.asked).toBe(2);
  });

  it('says in its lease which it is and whether it can be renewed', async () => {
    await save(provider.issue(3_600_000));
    const lease = () => one().connections.lease(one().environmentId, key, 'c');
    const first = await lease();
    await read(one(), { rejected: true, rejectedVersion: first.credentialsVersion });
    expect([first.renewable, (await lease()).credentialsVersion]).toEqual([true, Number(first.credentialsVersion) + 1]);
    const { refresh_token: _, ...rest } = provider.issue(3_600_000);
    await save(rest);
    expect((await lease()).renewable).toBe(false);
  });
});
