import { Redis } from 'ioredis';
import pg from 'pg';
import { expect, it } from 'vitest';
import { testDatabase, testRedis } from './fixtures.js';

it('a test database is migrated, and nobody else sees what is written to it', async () => {
  const [first, second] = await Promise.all([testDatabase(), testDatabase()]);
  const clients = [first, second].map(({ url }) => new pg.Client({ connectionString: url }));
  for (const client of clients) await client.connect();
  await clients[0]?.query(`INSERT INTO accounts (name) VALUES ('Only here')`);
  const counts = await Promise.all(clients.map((client) => client.query<{ count: string }>('SELECT count(*) FROM accounts')));
  for (const client of clients) await client.end();
  await first.close();
  await second.close();
  expect(counts.map(({ rows }) => rows[0]?.count)).toEqual(['2', '1']);
});

it('a test Redis is empty, whatever was left in it', async () => {
  const first = await testRedis();
  const redis = new Redis(first.url);
  await redis.set('left', 'over');
  redis.disconnect();
  const again = new Redis((await testRedis()).url);
  expect(await again.dbsize()).toBe(0);
  again.disconnect();
  await first.close();
});
