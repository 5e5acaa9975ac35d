import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What waits and what runs, page by page in the order it was accepted, without reading past what has ended. */
export class OpenExecutions1764500000000 implements MigrationInterface {
  readonly name = 'OpenExecutions1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX executions_open_by_id ON executions (kind, state, id) WHERE state IN ('queued', 'running')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX executions_open_by_id');
  }
}
