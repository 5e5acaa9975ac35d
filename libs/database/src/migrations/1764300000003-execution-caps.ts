import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What operators let one environment have of a kind of execution; a null is as everywhere. Each write makes a new revision. */
export class ExecutionCaps1764300000003 implements MigrationInterface {
  readonly name = 'ExecutionCaps1764300000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE execution_caps (
      environment_id int NOT NULL REFERENCES environments(id),
      kind text NOT NULL,
      max_running int CHECK (max_running > 0),
      max_queued int CHECK (max_queued > 0),
      weight int CHECK (weight > 0),
      max_running_per_connection int CHECK (max_running_per_connection >= 0),
      revision bigint GENERATED ALWAYS AS IDENTITY,
      updated_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (environment_id, kind)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE execution_caps');
  }
}
