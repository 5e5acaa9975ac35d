import type { MigrationInterface, QueryRunner } from 'typeorm';

const REFERENCES = ['functions', 'function_versions'].flatMap((table) =>
  ['bundle_hash', 'source_hash'].map((column) => ({ name: `${table}_${column}`, on: `${table} (${column})` })),
);

/** Code in the object store that nothing referred to when it was last looked at, and since when. */
export class CondemnedCode1764400000007 implements MigrationInterface {
  readonly name = 'CondemnedCode1764400000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE condemned_code (hash text PRIMARY KEY, condemned_at timestamptz NOT NULL DEFAULT now())');
    await runner.query('CREATE INDEX condemned_code_oldest ON condemned_code (condemned_at)');
    for (const { name, on } of REFERENCES) await runner.query(`CREATE INDEX ${name} ON ${on}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of REFERENCES) await runner.query(`DROP INDEX ${name}`);
    await runner.query('DROP TABLE condemned_code');
  }
}
