import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `function_jobs`: dry runs and deployments asked for through the API, until their time is over. */
export class FunctionJobs1764100001200 implements MigrationInterface {
  readonly name = 'FunctionJobs1764100001200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE function_jobs (
      id uuid PRIMARY KEY,
      environment_id int NOT NULL REFERENCES environments(id),
      kind text NOT NULL CHECK (kind IN ('dryrun', 'deployment')),
      status text NOT NULL CHECK (status IN ('waiting', 'running', 'success', 'failed')),
      facts jsonb NOT NULL,
      given bytea,
      outcome bytea,
      error jsonb,
      deadline_at timestamptz NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      started_at timestamptz,
      completed_at timestamptz
    )`);
    await runner.query(
      `CREATE INDEX function_jobs_unfinished ON function_jobs (environment_id, deadline_at) WHERE status IN ('waiting', 'running')`,
    );
    await runner.query('CREATE INDEX function_jobs_created ON function_jobs (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE function_jobs');
  }
}
