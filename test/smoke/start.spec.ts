import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { commandOf } from '#libs/embedded';
import { inTime } from '#libs/kernel';
import { familyOf, launch, type Launch, launcherOf, survivors } from './support/launch.js';

/** `npm start`, for real: what is printed, what is left behind, and what it says when something is wrong. */
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;
let base: string;
let launched: Launch[] = [];

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'fairlead-smoke-'));
});
afterEach(async () => {
  for (const { child, exited } of launched) {
    child.kill('SIGTERM');
    await exited;
  }
  launched = [];
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

async function start(dataDir: string, env?: Record<string, string>): Promise<Launch> {
  const one = await launch(dataDir, env);
  launched.push(one);
  return one;
}

async function stop(one: Launch, signal: NodeJS.Signals): Promise<number | null> {
  one.child.kill(signal);
  return one.exited;
}

/** What was killed last may take a moment to be gone. */
const expectGone = (pids: readonly number[]) => expect.poll(() => survivors(pids).map(commandOf), { timeout: 5_000 }).toEqual([]);
const keyOf = (one: Launch): string => UUID.exec(one.output())?.[0] ?? '';
const statusWith = async (one: Launch, key: string): Promise<number> =>
  (await fetch(`http://127.0.0.1:${one.port}/integrations`, { headers: { authorization: `Bearer ${key}` } })).status;

/** A start that cannot succeed is over in seconds. */
const ENDS_WITHIN_MS = 60_000;
const unended = (one: Launch) => (): never => {
  throw new Error(`it does not end; it said:\n${one.output()}`);
};

/** What it says when it does not start: one line, after its progress. */
async function refusal(one: Launch): Promise<string> {
  expect(await inTime(one.exited, ENDS_WITHIN_MS, unended(one))).not.toBe(0);
  const complaints = one
    .output()
    .trim()
    .split('\n')
    .filter((line) => !/^fairlead: (starting|stopping|building|waiting)/.test(line));
  if (complaints.length !== 1) throw new Error(`not one sentence:\n${one.output()}`);
  return complaints[0] as string;
}

describe('a stack that runs alone', () => {
  it('starts, says where everything is, starts again quickly with the same key, and leaves nothing running', async () => {
    const dataDir = join(base, 'first');
    const first = await start(dataDir);
    await first.ready();
    expect(first.output()).toContain(`http://127.0.0.1:${first.port}/docs`);
    expect(first.output()).toContain(`http://127.0.0.1:${first.port}/admin/queues`);
    const connectUi = await fetch(/Connect UI +(\S+)/.exec(first.output())?.[1] ?? '');
    expect(await connectUi.text()).toContain(`content="http://localhost:${first.port}"`);
    const key = keyOf(first);
    expect(await statusWith(first, key)).toBe(200);
    expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
    const family = familyOf(first.child.pid as number);
    expect(family.length).toBeGreaterThan(4);
    expect(await stop(first, 'SIGTERM')).toBe(0);
    await expectGone(family);

    const second = await start(dataDir);
    expect(await second.ready()).toBeLessThan(10);
    expect(keyOf(second)).toBe(key);
    expect(await statusWith(second, key)).toBe(200);
    const again = familyOf(second.child.pid as number);
    expect(await stop(second, 'SIGINT')).toBe(0);
    await expectGone(again);
  });

  it('leaves nothing running when its launcher is killed, and recovers', async () => {
    const dataDir = join(base, 'killed');
    const killed = await start(dataDir);
    await killed.ready();
    const family = familyOf(killed.child.pid as number);
    process.kill(launcherOf(killed), 'SIGKILL');
    const recovered = await start(dataDir);
    await recovered.ready();
    expect(await statusWith(recovered, keyOf(killed))).toBe(200);
    await expectGone(family);
  });

  it('runs in a folder that only its owner can enter, beside another one, with preset keys', async () => {
    const closed = join(base, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const key = '11111111-1111-4111-8111-111111111111';
    const [one, other] = [await start(join(closed, 'data'), { NANGO_SECRET_KEY_DEV: key }), await start(join(base, 'beside'))];
    await Promise.all([one.ready(), other.ready()]);
    expect([await statusWith(one, key), await statusWith(other, key)]).toEqual([200, 401]);

    const third = await start(join(base, 'beside'));
    expect(await refusal(third)).toContain(`a stack runs in ${join(base, 'beside')} already`);
  });

  it('keeps its own stores off where servers are named', async () => {
    const dataDir = join(base, 'external');
    const { databaseUrl, redisUrl } = inject('stores');
    const one = await start(dataDir, {
      NANGO_DATABASE_URL: databaseUrl,
      RECORDS_DATABASE_URL: databaseUrl,
      NANGO_REDIS_URL: redisUrl,
    });
    await one.ready();
    expect(await statusWith(one, keyOf(one))).toBe(200);
    expect([existsSync(join(dataDir, 'postgres')), existsSync(join(dataDir, 'redis'))]).toEqual([false, false]);
  });
});

describe('a start that cannot succeed says why in one sentence', () => {
  let taken: Server;
  let whole: string;
  beforeAll(async () => {
    taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
    whole = join(base, 'whole');
    const one = await launch(whole);
    await one.ready();
    await stop(one, 'SIGTERM');
  });
  afterAll(() => void taken.close());

  it.each(['SERVER_PORT', 'NANGO_CONNECT_UI_PORT'])('%s in use', async (variable) => {
    const { port } = taken.address() as { port: number };
    expect(await refusal(await start(join(base, 'port'), { [variable]: String(port) }))).toContain(`port ${port} is in use`);
  });

  it.each([
    ['postgres/global/pg_control', 'postgres'],
    ['postgres/PG_VERSION', 'postgres'],
    ['secrets.json', 'secrets.json'],
  ])('%s damaged', async (file, named) => {
    const content = readFileSync(join(whole, file));
    writeFileSync(join(whole, file), 'garbage');
    expect(await refusal(await start(whole))).toContain(join(whole, named));
    writeFileSync(join(whole, file), content);
  });

  it('secrets lost', async () => {
    const secrets = readFileSync(join(whole, 'secrets.json'));
    rmSync(join(whole, 'secrets.json'));
    expect(await refusal(await start(whole))).toContain('secrets.json is missing');
    writeFileSync(join(whole, 'secrets.json'), secrets);
    chmodSync(join(whole, 'secrets.json'), 0o600);
  });

  it('a file where the data folder should be', async () => {
    const file = join(base, 'file');
    writeFileSync(file, '');
    expect(await refusal(await start(file))).toContain(`${file} cannot be used as the data folder`);
  });

  it('a key that is no UUID v4', async () => {
    expect(await refusal(await start(join(base, 'key'), { NANGO_SECRET_KEY_DEV: 'letmein' }))).toContain('NANGO_SECRET_KEY_DEV');
  });

  it('a database nobody listens at', async () => {
    const { port } = taken.address() as { port: number };
    const one = await start(join(base, 'nobody'), {
      NANGO_DATABASE_URL: `postgres://a:b@127.0.0.1:1/${port}`,
      NANGO_REDIS_URL: inject('stores').redisUrl,
    });
    expect(await refusal(one)).toContain('NANGO_DATABASE_URL');
  });
});
