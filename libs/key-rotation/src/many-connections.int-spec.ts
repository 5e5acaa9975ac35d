import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseRootKeys } from '#libs/crypto';
import { type TestDatabase, testDatabase } from '#libs/testing';
import { type TestProcess, testProcess } from './test-rotation.js';
import { secretOf, storeSecrets, type TestSecrets } from './test-secrets.js';

const CONNECTIONS = 20_000;
const READ_AT_ONCE = 20;

let database: TestDatabase;
let rotating: TestProcess;
let reading: TestProcess;
let secrets: TestSecrets;

beforeAll(async () => {
  database = await testDatabase();
  const roots = parseRootKeys(database.encryptionKey);
  rotating = await testProcess(database.url, roots, 'rotating', { stretchMs: 200 });
  reading = await testProcess(database.url, roots, 'reading');
  secrets = await storeSecrets(rotating.db, rotating.cipher, CONNECTIONS);
}, 60_000);
afterAll(async () => {
  await Promise.all([rotating.close(), reading.close()]);
  await database.close();
});

/** Reads connections at random and opens them, until told to stop; in the services' way: it looks for new keys on its own. */
async function read(until: () => boolean): Promise<{ reads: number; failures: unknown[]; keys: Set<number> }> {
  const failures: unknown[] = [];
  const keys = new Set<number>();
  let reads = 0;
  while (!until()) {
    const ids = Array.from({ length: READ_AT_ONCE }, () => Math.ceil(Math.random() * CONNECTIONS));
    const rows = await reading.db.query<{ id: number; credentials: Buffer }>(
      'SELECT id, credentials FROM connections WHERE id = ANY ($1::int[])',
      [ids],
    );
    for (const { id, credentials } of rows) {
      reads += 1;
      keys.add(credentials.readUInt32BE(1));
      try {
        const text = reading.cipher.openText(credentials, `connections.credentials:${secrets.environmentId}:${id}`);
        if (text !== secretOf(id)) failures.push(`connection ${id} reads ${text}`);
      } catch (error) {
        failures.push(error);
      }
    }
  }
  return { reads, failures, keys };
}

it('no read of 20,000 connections fails while all of them are sealed anew', async () => {
  for (const one of [rotating, reading]) await one.poll.refresh();
  let isOver = false;
  const reader = read(() => isOver);
  await rotating.service.rotate('data');
  for (let turn = 0; turn < 100 && (await rotating.rotations.current()) !== null; turn += 1) {
    await rotating.advance();
    await reading.poll.refresh();
  }
  isOver = true;
  const { reads, failures, keys } = await reader;
  expect(failures).toEqual([]);
  expect(reads).toBeGreaterThan(1_000);
  expect([...keys].toSorted((a, b) => a - b)).toEqual([1, 2]);
  expect(await rotating.service.rotation()).toMatchObject({ state: 'done', done: expect.any(Number) });
  expect(await reading.service.verify()).toMatchObject({ failed: 0 });
  expect((await rotating.service.status(true)).dataKeys[0]).toMatchObject({ id: 1, uses: {} });
}, 60_000);
