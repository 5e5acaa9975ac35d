import { randomUUID } from 'node:crypto';
import type { Cipher } from '#libs/crypto';
import type { Database } from '#libs/database';

/** Values in every lasting column, and what they must open as. */
export interface TestSecrets {
  readonly connections: number;
  readonly environmentId: number;
}

/** Fills an installation: many connections, and a few values of every other kind. */
export async function storeSecrets(db: Database, cipher: Cipher, connections: number): Promise<TestSecrets> {
  const [environment] = await db.query<{ id: number; uuid: string }>(`SELECT id, uuid FROM environments WHERE name = 'dev'`);
  const { id: environmentId, uuid } = environment as { id: number; uuid: string };
  const integrationId = await storeIntegration(db, cipher, environmentId);
  const first = await reserve(db, 'connections_id_seq', connections);
  for (let from = 0; from < connections; from += 5_000) {
    const ids = Array.from({ length: Math.min(5_000, connections - from) }, (_, n) => first + from + n);
    const sealed = (column: string) =>
      ids.map((id) => cipher.seal(secretOf(id), `connections.${column}:${environmentId}:${id}`).toString('hex'));
    await db.query(
      `INSERT INTO connections (id, environment_id, integration_id, connection_id, credentials_type, credentials, secret_config)
       OVERRIDING SYSTEM VALUE
       SELECT id, $1, $2, 'c' || id, 'API_KEY', decode(credentials, 'hex'), CASE WHEN id % 10 = 0 THEN decode(config, 'hex') END
         FROM unnest($3::int[], $4::text[], $5::text[]) AS u (id, credentials, config)`,
      [environmentId, integrationId, ids, sealed('credentials'), sealed('secret_config')],
    );
  }
  await db.query('INSERT INTO environment_variables (environment_id, name, value) VALUES ($1, $2, $3)', [
    environmentId,
    'TOKEN',
    cipher.seal('variable', `environment_variables:${environmentId}:TOKEN`),
  ]);
  await db.query('UPDATE environments SET hmac_key = $2 WHERE id = $1', [
    environmentId,
    cipher.seal('hmac', `environments.hmac_key:${uuid}`),
  ]);
  await storeExecution(db, cipher, environmentId);
  await storeRecords(db, cipher);
  return { connections, environmentId };
}

/** What a connection's secrets open as. */
export const secretOf = (id: number): string => JSON.stringify({ type: 'API_KEY', apiKey: `sk_${id}`, raw: { n: id } });

async function storeIntegration(db: Database, cipher: Cipher, environmentId: number): Promise<number> {
  const id = await reserve(db, 'integrations_id_seq', 1);
  await db.query(
    `INSERT INTO integrations (id, environment_id, unique_key, provider, credentials, custom) OVERRIDING SYSTEM VALUE
     VALUES ($1, $2, 'keyed', 'keyed', $3, $4)`,
    [
      id,
      environmentId,
      cipher.seal('{}', `integrations.credentials:${environmentId}:${id}`),
      cipher.seal('{}', `integrations.custom:${environmentId}:${id}`),
    ],
  );
  return id;
}

async function storeExecution(db: Database, cipher: Cipher, environmentId: number): Promise<void> {
  const id = randomUUID();
  await db.query(
    `INSERT INTO executions (id, environment_id, kind, state, retry_key, connection_id, function_id, input, output, start_deadline_at)
     VALUES ($1, $2, 'action', 'succeeded', $1, 1, 1, $3, $4, now())`,
    [id, environmentId, cipher.seal('1', `executions.input:${id}`), cipher.seal('2', `executions.output:${id}`)],
  );
}

/** Records of two datasets, so that a page passes from one to the next. */
async function storeRecords(db: Database, cipher: Cipher): Promise<void> {
  for (const dataset of [1, 2]) {
    for (let n = 0; n < 3; n += 1) {
      await db.query(
        `INSERT INTO records.records (num, seq, first_seen_at, modified_at, dataset_id, external_id, hash, payload)
         VALUES ($2, $2, now(), now(), $1, $3, '\\x00', $4)`,
        [dataset, n + 1, `r${n}`, cipher.seal('{}', `records.payload:${dataset}:r${n}`)],
      );
    }
  }
}

async function reserve(db: Database, sequence: string, count: number): Promise<number> {
  const [row] = await db.query<{ first: number }>(`SELECT min(nextval($1))::int AS first FROM generate_series(1, $2::int)`, [
    sequence,
    count,
  ]);
  return (row as { first: number }).first;
}
