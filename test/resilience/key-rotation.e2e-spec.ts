import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadCipher, parseRootKeys } from '#libs/crypto';
import { Database, postgresOptions } from '#libs/database';
import { startStack, startUpstream, type Stack, type Upstream } from '#libs/testing';
import { storeSecrets } from '../../libs/key-rotation/src/test-secrets.js';
import { Api, connect } from '../e2e/support/api.js';

/** Kills the process that seals everything anew, in the middle. What must hold: it goes on where it was, and no read ever fails. */
const CONNECTIONS = 60_000;
const IN_THE_MIDDLE = 10_000;

let stack: Stack;
let api: Api;
let upstream: Upstream;
let source: DataSource;

beforeAll(async () => {
  const key = randomBytes(32).toString('base64');
  stack = await startStack({ mode: 'split', env: { NANGO_ENCRYPTION_KEY: key } });
  api = new Api(stack);
  upstream = await startUpstream();
  await connect(api, 'rotated', upstream.url);
  const options = { url: stack.databaseUrl, poolMax: 2, ssl: false, applicationName: 'test' };
  source = await new DataSource(postgresOptions(options)).initialize();
  await storeSecrets(new Database(source), await loadCipher(source, parseRootKeys(key)), CONNECTIONS);
}, 120_000);
afterAll(async () => {
  await source.destroy();
  await upstream.close();
  await stack.stop();
});

interface Keys {
  rotation: { state: string; done: number; total: number; note: string | null };
  data_keys: { id: number; seals: boolean; uses?: Record<string, number> }[];
  in_clear?: Record<string, number>;
}

async function keys<Body = Keys>(path = '', body?: object): Promise<Body> {
  const credentials = Buffer.from(`operator:${stack.operatorPassword}`).toString('base64');
  const response = await fetch(`${stack.baseUrl}/admin/keys${path}`, {
    headers: { authorization: `Basic ${credentials}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`/admin/keys${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Body;
}

const sealedAnew = async (): Promise<number> => {
  const [row] = await source.query<{ done: string }[]>('SELECT coalesce(sum(done), 0)::text AS done FROM key_rotation_columns');
  return Number(row?.done);
};

/** Reads a connection, which opens its credentials, until told to stop; a server that is down is no failed read. */
async function read(until: () => boolean): Promise<{ reads: number; failures: string[] }> {
  const failures: string[] = [];
  let reads = 0;
  while (!until()) {
    const answer = await api.get('/connections/rotated-connection?provider_config_key=rotated').catch(() => null);
    if (!answer) continue;
    reads += 1;
    if (answer.status !== 200) failures.push(`${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return { reads, failures };
}

it('the server is killed in the middle of a key rotation', async () => {
  let isOver = false;
  const reader = read(() => isOver);
  await keys('/rotate', { scope: 'data' });
  await expect.poll(sealedAnew, { timeout: 60_000, interval: 20 }).toBeGreaterThan(IN_THE_MIDDLE);
  await stack.kill('server', 'SIGKILL');
  const before = await sealedAnew();
  expect(before).toBeLessThan(CONNECTIONS);

  await stack.restart('server');
  expect((await keys()).rotation).toMatchObject({ state: 'running' });
  expect(await sealedAnew()).toBeGreaterThanOrEqual(before);
  await expect.poll(async () => (await keys()).rotation.state, { timeout: 90_000, interval: 250 }).toBe('done');
  isOver = true;
  const { reads, failures } = await reader;
  expect(failures).toEqual([]);
  expect(reads).toBeGreaterThan(100);

  const after = await keys('?scan=true');
  expect(after.in_clear).toEqual({});
  expect(after.data_keys).toMatchObject([
    { id: 1, seals: false, uses: {} },
    { id: 2, seals: true },
  ]);
  expect(after.data_keys[1]?.uses?.['connections.credentials']).toBe(CONNECTIONS + 1);
}, 180_000);
