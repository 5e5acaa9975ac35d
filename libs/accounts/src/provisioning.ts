import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { type Tag, tagOf } from '#libs/cache';
import type { Cipher } from '#libs/crypto';
import { hashApiKey } from './domain/api-key.js';

const FIRST_ENVIRONMENTS = ['dev', 'prod'];
const PRESET_KEY_NAME = 'Preset by the operator';

export const signingKeyAad = (uuid: string): string => `environments.webhook_signing_key:${uuid}`;
export const hmacKeyAad = (uuid: string): string => `environments.hmac_key:${uuid}`;

/**
 * Makes the first account with environments `dev` and `prod` where there is none, and registers the keys the operator preset.
 * Part of the migration step; running it again changes nothing but preset keys that changed.
 * @returns what services that run already must forget, once the transaction has committed
 */
export async function provision(db: DataSource, cipher: Cipher, presetKeys: ReadonlyMap<string, string>): Promise<Tag[]> {
  return db.transaction(async (tx) => {
    const changed: Tag[] = [];
    await tx.query('LOCK TABLE accounts IN SHARE ROW EXCLUSIVE MODE');
    const accounts = await tx.query<{ id: number }[]>('SELECT id FROM accounts ORDER BY id LIMIT 1');
    const account =
      accounts[0] ?? (await tx.query<[{ id: number }]>(`INSERT INTO accounts (name) VALUES ('Fairlead') RETURNING id`))[0];
    for (const name of new Set([...FIRST_ENVIRONMENTS, ...presetKeys.keys()])) {
      const uuid = randomUUID();
      await tx.query(
        `INSERT INTO environments (account_id, uuid, name, is_production, webhook_signing_key)
         VALUES ($1, $2, $3, $3 = 'prod', $4) ON CONFLICT DO NOTHING`,
        [account.id, uuid, name, cipher.seal(randomUUID(), signingKeyAad(uuid))],
      );
    }
    for (const [name, key] of presetKeys) {
      const registered = await tx.query<{ environment_id: number }[]>(
        `INSERT INTO api_keys (account_id, environment_id, display_name, scopes, hash)
         SELECT account_id, id, $2, '{environment:*}', $3 FROM environments WHERE account_id = $1 AND name = $4 AND deleted_at IS NULL
         ON CONFLICT (environment_id, display_name) WHERE deleted_at IS NULL DO UPDATE SET hash = excluded.hash
           WHERE api_keys.hash <> excluded.hash
         RETURNING environment_id`,
        [account.id, PRESET_KEY_NAME, hashApiKey(key), name],
      );
      changed.push(...registered.map((row) => tagOf('environment', row.environment_id)));
    }
    return changed;
  });
}
