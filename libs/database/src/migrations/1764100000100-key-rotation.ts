import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `data_keys.activated_at`: a key seals once every process can open what it sealed. `key_holders`: which keys each running process has.
 * `key_rotations`: at most one is open; `key_rotation_columns`: how far it has come, column by column.
 */
const UP = [
  `ALTER TABLE data_keys ADD COLUMN activated_at timestamptz`,
  `UPDATE data_keys SET activated_at = created_at`,
  `CREATE TABLE key_holders (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    roots text[] NOT NULL,
    data_keys int[] NOT NULL,
    seals_with int,
    seen_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE key_rotations (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope text NOT NULL CHECK (scope IN ('root', 'data')),
    root_fingerprint text NOT NULL,
    data_key_id int,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'done')),
    note text,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
  )`,
  `CREATE UNIQUE INDEX key_rotations_open ON key_rotations ((true)) WHERE state <> 'done'`,
  `CREATE TABLE key_rotation_columns (
    rotation_id int NOT NULL REFERENCES key_rotations(id) ON DELETE CASCADE,
    name text NOT NULL,
    last_key jsonb,
    pass int NOT NULL DEFAULT 1,
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL,
    active_ms double precision NOT NULL DEFAULT 0,
    finished_at timestamptz,
    PRIMARY KEY (rotation_id, name)
  )`,
];

const DOWN = [
  'DROP TABLE key_rotation_columns',
  'DROP TABLE key_rotations',
  'DROP TABLE key_holders',
  'ALTER TABLE data_keys DROP COLUMN activated_at',
];

export class KeyRotation1764100000100 implements MigrationInterface {
  readonly name = 'KeyRotation1764100000100';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
