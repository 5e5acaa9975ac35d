import { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { testDatabase } from '#libs/testing';
import { controlPlaneMigrations, postgresOptions } from './index.js';

const SHAPE = `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
   WHERE table_schema = 'public' UNION ALL SELECT tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2, 3`;

it('go down and up again, all but the first, and leave the same behind', async () => {
  const database = await testDatabase();
  const options = postgresOptions({ url: database.url, poolMax: 1, ssl: false, applicationName: 'test' });
  const source = await new DataSource({ ...options, migrations: controlPlaneMigrations }).initialize();
  try {
    const before: unknown = await source.query(SHAPE);
    for (let left = controlPlaneMigrations.length - 1; left > 0; left -= 1) await source.undoLastMigration();
    expect(await source.query(SHAPE)).not.toEqual(before);
    await source.runMigrations();
    expect(await source.query(SHAPE)).toEqual(before);
  } finally {
    await source.destroy();
    await database.close();
  }
});
