import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `datasets.unpruned_since`: no payload of the dataset was written or restored before it, so a round of pruning finds what is due
 * without looking at records. `datasets.checked_at`: when its use was last looked at. Neither moves with a batch, so that the row's
 * updates need no index. `prune_passes`: how far a pass over a large dataset has come.
 * `records_changed` finds updated and deleted records among many that never changed; new records are not in it.
 */
const STATEMENTS = [
  `ALTER TABLE records.datasets ADD COLUMN unpruned_since timestamptz, ADD COLUMN checked_at timestamptz NOT NULL DEFAULT now()`,
  `UPDATE records.datasets SET unpruned_since = '-infinity' WHERE last_seq > 0`,
  `CREATE INDEX datasets_unpruned ON records.datasets (unpruned_since) WHERE unpruned_since IS NOT NULL`,
  `CREATE INDEX datasets_checked ON records.datasets (checked_at)`,
  `ALTER TABLE records.records ADD COLUMN restored_at timestamptz`,
  `CREATE INDEX records_changed ON records.records (dataset_id, seq) WHERE num <> seq`,
  `CREATE TABLE records.prune_passes (
    dataset_id int PRIMARY KEY,
    seq bigint NOT NULL,
    left_seq bigint,
    left_since timestamptz
  )`,
];

export class RecordRetention1764300000001 implements MigrationInterface {
  readonly name = 'RecordRetention1764300000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE records.prune_passes');
    await runner.query('DROP INDEX records.records_changed');
    await runner.query('ALTER TABLE records.records DROP COLUMN restored_at');
    await runner.query('ALTER TABLE records.datasets DROP COLUMN checked_at, DROP COLUMN unpruned_since');
  }
}
