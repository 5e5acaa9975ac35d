import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createPartitions } from '../partitions.js';

/**
 * `operations` by their id, a UUID v7, so by the day they began; `messages` beside their operation, so that a day goes as a
 * whole. Columns are nullable: the end of an operation may be stored by one process before its beginning by another.
 */
const STATEMENTS = [
  `CREATE SCHEMA logs`,
  `CREATE TABLE logs.operations (
    id uuid NOT NULL PRIMARY KEY,
    type text,
    action text,
    state text NOT NULL DEFAULT 'running',
    level text NOT NULL DEFAULT 'info',
    message text,
    environment_id int,
    environment_name text,
    integration_name text,
    provider text,
    connection_row_id int,
    connection_name text,
    function_name text,
    sync_id uuid,
    execution_id uuid,
    actor jsonb,
    request jsonb,
    response jsonb,
    error jsonb,
    meta jsonb,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    ended_at timestamptz,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp()
  ) PARTITION BY RANGE (id)`,
  `CREATE TABLE logs.operations_default PARTITION OF logs.operations DEFAULT`,
  `CREATE INDEX operations_environment ON logs.operations (environment_id, id DESC)`,
  `CREATE INDEX operations_open ON logs.operations (expires_at) WHERE ended_at IS NULL`,
  `CREATE INDEX operations_stored ON logs.operations USING brin (stored_at)`,
  `CREATE TABLE logs.messages (
    operation_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    level text NOT NULL,
    source text NOT NULL,
    type text NOT NULL,
    message text NOT NULL,
    duration_ms double precision,
    request jsonb,
    response jsonb,
    retry jsonb,
    error jsonb,
    meta jsonb,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (operation_id, id)
  ) PARTITION BY RANGE (operation_id)`,
  `CREATE TABLE logs.messages_default PARTITION OF logs.messages DEFAULT`,
  `CREATE INDEX messages_stored ON logs.messages USING brin (stored_at)`,
];

export class Logs1764000000100 implements MigrationInterface {
  readonly name = 'Logs1764000000100';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
    await createPartitions({ query: (sql, parameters) => runner.query(sql, [...(parameters ?? [])]) }, new Date());
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE logs.messages');
    await runner.query('DROP TABLE logs.operations');
    await runner.query('DROP SCHEMA logs');
  }
}
