import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRootKeys } from '#libs/crypto';
import { type TestDatabase, testDatabase } from '#libs/testing';
import { LASTING_COLUMNS, type LastingColumn } from './sealed-columns.js';
import { type TestProcess, testProcess } from './test-rotation.js';
import { storeSecrets } from './test-secrets.js';

let database: TestDatabase;
let server: TestProcess;

const named = (wanted: string) => LASTING_COLUMNS.find(({ name }) => name === wanted) as LastingColumn;
const credentials = named('connections.credentials');

beforeAll(async () => {
  database = await testDatabase();
  server = await testProcess(database.url, parseRootKeys(database.encryptionKey));
  await storeSecrets(server.db, server.cipher, 1_100);
});
afterAll(async () => {
  await server.close();
  await database.close();
});

const valueOf = async (id: unknown): Promise<Buffer> => {
  const [row] = await server.db.query<{ credentials: Buffer }>('SELECT credentials FROM connections WHERE id = $1', [id]);
  return row?.credentials as Buffer;
};

describe('a page', () => {
  it('follows the one before, and the last one is followed by none', async () => {
    const sizes: number[] = [];
    const keys = new Set<unknown>();
    let page = await server.store.page(credentials, null, null);
    for (let last = page.at(-1); last; last = page.at(-1)) {
      sizes.push(page.length);
      for (const { key } of page) keys.add(key[0]);
      page = await server.store.page(credentials, last.key, null);
    }
    expect([sizes, keys.size]).toEqual([[500, 500, 100], 1_100]);
  });

  it('goes from one part of a key to the next', async () => {
    const payload = named('records.payload');
    const all = await server.store.page(payload, null, null);
    expect(all.map(({ key }) => key.join(':'))).toEqual(['1:r0', '1:r1', '1:r2', '2:r0', '2:r1', '2:r2']);
    expect((await server.store.page(payload, [1, 'r2'], null)).map(({ key }) => key.join(':'))).toEqual(['2:r0', '2:r1', '2:r2']);
  });

  it('does not carry values that are sealed with the wanted key, nor, if asked, their rows', async () => {
    expect((await server.store.page(credentials, null, 1)).every(({ sealed }) => sealed === null)).toBe(true);
    expect(await server.store.page(credentials, null, 1, true)).toEqual([]);
    expect(await server.store.countStale(credentials, 1)).toBe(0);
    expect(await server.store.countStale(credentials, 2)).toBe(1_100);
  });

  it('ends early where values are large', async () => {
    const ids = (await server.store.page(credentials, null, null)).slice(0, 4).map(({ key }) => key[0]);
    const large = Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * 1024 * 1024)]);
    await server.db.transaction(async (tx) => {
      await tx.query('UPDATE connections SET secret_config = $2 WHERE id = ANY ($1::int[])', [ids, large]);
    });
    const pages = [await server.store.page(named('connections.secret_config'), null, null)];
    expect(pages[0]?.length).toBeLessThanOrEqual(3);
    await server.db.query('UPDATE connections SET secret_config = NULL WHERE id = ANY ($1::int[])', [ids]);
  });
});

describe('replacing', () => {
  it('leaves alone what changed since it was read', async () => {
    const [first, second] = await server.store.page(credentials, null, null);
    if (!first?.sealed || !second?.sealed) throw new Error('no rows');
    const newer = server.cipher.seal('newer', credentials.aad(first.row));
    await server.db.query('UPDATE connections SET credentials = $2 WHERE id = $1', [first.key[0], newer]);
    const mine = server.cipher.seal('mine', credentials.aad(second.row));
    const replaced = await server.store.replace(credentials, [
      { key: first.key, old: first.sealed, new: mine },
      { key: second.key, old: second.sealed, new: mine },
    ]);
    expect(replaced).toBe(1);
    expect(await valueOf(first.key[0])).toEqual(newer);
    expect(await valueOf(second.key[0])).toEqual(mine);
  });

  it('tells values in clear apart by all of them', async () => {
    const [row] = await server.store.page(credentials, null, null);
    if (!row) throw new Error('no rows');
    const clear = Buffer.from('\0{"apiKey":"one"}');
    await server.db.query('UPDATE connections SET credentials = $2 WHERE id = $1', [row.key[0], clear]);
    const fresh = server.cipher.seal('fresh', credentials.aad(row.row));
    const changed = Buffer.from('\0{"apiKey":"on');
    expect(await server.store.replace(credentials, [{ key: row.key, old: changed, new: fresh }])).toBe(0);
    expect(await server.store.replace(credentials, [{ key: row.key, old: clear, new: fresh }])).toBe(1);
  });

  it('does not wait for a row that is locked', async () => {
    const [row] = await server.store.page(credentials, null, null);
    if (!row?.sealed) throw new Error('no rows');
    const replacement = [{ key: row.key, old: row.sealed, new: row.sealed }];
    await server.db.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM connections WHERE id = $1 FOR UPDATE', row.key);
      expect(await server.store.replace(credentials, replacement)).toBe(0);
    });
    expect(await server.store.replace(credentials, replacement)).toBe(1);
  });

  it('names data keys by the values they sealed', async () => {
    await server.db.query(`UPDATE connections SET credentials = '\\x00' WHERE id = (SELECT max(id) FROM connections)`);
    await server.db.query(`UPDATE connections SET credentials = '\\x01ff0000ff' WHERE id = (SELECT min(id) FROM connections)`);
    const uses = await server.store.uses(credentials);
    expect(uses).toEqual([
      { id: 0, count: 1 },
      { id: 1, count: 1_098 },
      { id: 0xff00_00ff, count: 1 },
    ]);
  });
});
