import type { MigrationInterface, QueryRunner } from 'typeorm';

const PARTITIONS = 32;

/**
 * `datasets`: one row per (connection, model); its row lock serialises writers, so sequence numbers commit in order.
 * `records`: latest version of each record. `seq` moves with every change and is what a cursor points at; `num` is the
 * sequence number the record was added with, its short name in `batches.seen`.
 * `batches`: what each batch touched, for deletion detection, and its answer, for a batch that is sent again.
 */
const STATEMENTS = [
  `CREATE SCHEMA records`,
  `CREATE TABLE records.datasets (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment_id int NOT NULL,
    connection_id int NOT NULL,
    model text COLLATE "C" NOT NULL,
    live_count bigint NOT NULL DEFAULT 0,
    last_seq bigint NOT NULL DEFAULT 0,
    last_batch bigint NOT NULL DEFAULT 0,
    pruned_seq bigint NOT NULL DEFAULT 0,
    tracked_from bigint,
    modified_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (connection_id, model)
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE records.records (
    num bigint NOT NULL,
    seq bigint NOT NULL,
    first_seen_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    deleted_at timestamptz,
    pruned_at timestamptz,
    dataset_id int NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    hash bytea NOT NULL,
    payload bytea,
    PRIMARY KEY (dataset_id, external_id),
    CONSTRAINT records_seq UNIQUE (dataset_id, seq)
  ) PARTITION BY HASH (dataset_id)`,
  // Sealed bytes do not compress; trying costs time on every large record.
  `ALTER TABLE records.records ALTER COLUMN payload SET STORAGE EXTERNAL`,
  ...Array.from(
    { length: PARTITIONS },
    (_, i) =>
      `CREATE TABLE records.records_${i} PARTITION OF records.records FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${i})`,
  ),
  `CREATE TABLE records.batches (
    dataset_id int NOT NULL,
    run_id uuid NOT NULL,
    batch_id text COLLATE "C" NOT NULL,
    no bigint NOT NULL,
    written int8range NOT NULL,
    seen int8multirange NOT NULL,
    result json NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (dataset_id, run_id, batch_id),
    CONSTRAINT batches_no UNIQUE (dataset_id, no)
  )`,
  `CREATE INDEX batches_age ON records.batches (created_at)`,
];

export class Records1764000000000 implements MigrationInterface {
  readonly name = 'Records1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE records.batches');
    await runner.query('DROP TABLE records.records');
    await runner.query('DROP TABLE records.datasets');
    await runner.query('DROP SCHEMA records');
  }
}
