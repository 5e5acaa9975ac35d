import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Attempts that wait before they run, keys that name an action's call, whether functions' input and output are checked, and connections
 * that a function has yet to accept.
 */
const UP = [
  `ALTER TABLE executions ADD COLUMN available_at timestamptz`,
  `CREATE INDEX executions_available ON executions (available_at) WHERE state = 'queued' AND available_at IS NOT NULL`,
  `CREATE TABLE idempotency_keys (
    environment_id int NOT NULL REFERENCES environments(id),
    key_hash bytea NOT NULL,
    request_hash bytea NOT NULL,
    execution_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (environment_id, key_hash)
  )`,
  `CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)`,
  `ALTER TABLE environments ADD COLUMN function_schema_checks text NOT NULL DEFAULT 'off'
    CHECK (function_schema_checks IN ('off', 'input', 'output', 'both'))`,
  `ALTER TABLE connections
    ADD COLUMN is_announced boolean NOT NULL DEFAULT true,
    ADD COLUMN validation_id uuid,
    ADD COLUMN validation_deadline_at timestamptz`,
  `CREATE INDEX connections_validation ON connections (validation_deadline_at) WHERE validation_id IS NOT NULL`,
];

const DOWN = [
  'DROP INDEX connections_validation',
  'ALTER TABLE connections DROP COLUMN is_announced, DROP COLUMN validation_id, DROP COLUMN validation_deadline_at',
  'ALTER TABLE environments DROP COLUMN function_schema_checks',
  'DROP TABLE idempotency_keys',
  'DROP INDEX executions_available',
  'ALTER TABLE executions DROP COLUMN available_at',
];

export class ActionsAndEvents1764100000640 implements MigrationInterface {
  readonly name = 'ActionsAndEvents1764100000640';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
