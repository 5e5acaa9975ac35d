import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Cipher, CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { Secret } from '#libs/kernel';

/**
 * A process of its own that reads connections at random and opens their credentials, one query of twenty in flight, in the services' way.
 * Told `take`, it answers what it saw since it was last asked.
 */
const AT_ONCE = 20;
const { DATABASE_URL: url, ENCRYPTION_KEY: key, ENVIRONMENT: environment, FIRST: first, COUNT: count } = process.env;

const imports = [
  DatabaseModule.forRoot({ url, poolMax: 2, ssl: false, applicationName: 'fairlead-bench-reader' }),
  CryptoModule.forRoot(new Secret(key)),
];
const root = { module: CryptoModule, imports };
const context = await NestFactory.createApplicationContext(root, { logger: ['error'] });
const [db, cipher] = [context.get(Database, { strict: false }), context.get(Cipher, { strict: false })];

let seen = { reads: 0, failed: 0, latencies: [] };
process.on('message', () => {
  process.send({ ...seen, seals_with: cipher.sealsWith });
  seen = { reads: 0, failed: 0, latencies: [] };
});
process.once('disconnect', () => process.exit(0));

const anyId = () => Number(first) + Math.floor(Math.random() * Number(count));
for (;;) {
  const ids = Array.from({ length: AT_ONCE }, anyId);
  const startedAt = performance.now();
  const rows = await db.query('SELECT id, credentials FROM connections WHERE id = ANY ($1::int[])', [ids]);
  for (const { id, credentials } of rows) {
    seen.reads += 1;
    try {
      const { apiKey } = JSON.parse(cipher.openText(credentials, `connections.credentials:${environment}:${id}`));
      if (apiKey !== `sk_${id}`) seen.failed += 1;
    } catch {
      seen.failed += 1;
    }
  }
  seen.latencies.push(performance.now() - startedAt);
}
