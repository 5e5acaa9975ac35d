import type { Sql } from '#libs/database';
import { idFloor } from '#libs/kernel';
import { dayPartitions, isExpired, retentionStart } from './domain/day-partitions.js';

const TABLES = [
  { name: 'operations', key: 'id' },
  { name: 'messages', key: 'operation_id' },
] as const;
const DAYS_AHEAD = 7;

/** Creates the partitions of the next days. A day that has rows in the default partition keeps them there. */
export async function createPartitions(sql: Sql, now: Date): Promise<void> {
  for (const table of TABLES) {
    for (const { name, from, to } of dayPartitions(table.name, now, DAYS_AHEAD)) {
      const strays = `SELECT 1 FROM logs.${table.name}_default WHERE ${table.key} >= $1 AND ${table.key} < $2 LIMIT 1`;
      if ((await sql.query(strays, [from, to])).length > 0) continue;
      await sql.query(
        `CREATE TABLE IF NOT EXISTS logs.${name} PARTITION OF logs.${table.name} FOR VALUES FROM ('${from}') TO ('${to}')`,
      );
    }
  }
}

/** Drops the days before the retention, and what the default partition holds of them. */
export async function dropExpired(sql: Sql, now: Date, retentionDays: number): Promise<void> {
  const start = retentionStart(now, retentionDays);
  const tables = await sql.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'logs' AND c.relispartition AND c.relkind = 'r'`,
  );
  for (const { name } of tables.filter((table) => isExpired(table.name, start))) await sql.query(`DROP TABLE logs.${name}`);
  for (const { name, key } of TABLES) {
    await sql.query(`DELETE FROM logs.${name}_default WHERE ${key} < $1`, [idFloor(start)]);
  }
}
