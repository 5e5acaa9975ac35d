import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // Start of the first of several runs that are one: each stopped at a checkpoint for want of time, and the next went on from there.
  'ALTER TABLE syncs ADD COLUMN continuing_since timestamptz',
  // Over how long the first runs of syncs that are opened together are spread; 0 for not at all.
  'ALTER TABLE environments ADD COLUMN sync_spread_ms bigint NOT NULL DEFAULT 0 CHECK (sync_spread_ms >= 0)',
  'CREATE INDEX sync_schedules_live ON sync_schedules (live_execution_id) WHERE live_execution_id IS NOT NULL',
  // Every run writes its schedule twice: rows are to stay on their page, and dead ones to go before the index of due ones grows.
  `ALTER TABLE sync_schedules SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
     autovacuum_analyze_scale_factor = 0.05)`,
];

const DOWN = [
  `ALTER TABLE sync_schedules RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
     autovacuum_analyze_scale_factor)`,
  'DROP INDEX sync_schedules_live',
  'ALTER TABLE environments DROP COLUMN sync_spread_ms',
  'ALTER TABLE syncs DROP COLUMN continuing_since',
];

/** Runs that go on from a checkpoint, start times that are spread, and a table of schedules that is written all day. */
export class Schedules1764300000002 implements MigrationInterface {
  readonly name = 'Schedules1764300000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
