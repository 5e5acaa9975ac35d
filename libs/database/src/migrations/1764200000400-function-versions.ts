import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // Every deploy of a function is an entry of its own, in order: the same version may come twice with other code or another definition.
  'ALTER TABLE function_versions ADD COLUMN id bigint, ADD COLUMN source text, ADD COLUMN sdk_version text, ADD COLUMN restored_from text',
  `UPDATE function_versions v SET id = n.at, source = f.source, sdk_version = f.sdk_version
     FROM (SELECT ctid, row_number() OVER (ORDER BY deployed_at, function_id, version) AS at FROM function_versions) n, functions f
    WHERE v.ctid = n.ctid AND f.id = v.function_id`,
  `ALTER TABLE function_versions DROP CONSTRAINT function_versions_pkey, ALTER COLUMN id SET NOT NULL, ALTER COLUMN source SET NOT NULL,
     ADD PRIMARY KEY (id)`,
  'ALTER TABLE function_versions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY',
  `SELECT setval(pg_get_serial_sequence('function_versions', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM function_versions), false)`,
  'CREATE INDEX function_versions_newest ON function_versions (function_id, id DESC)',
  // Of a schedule that rests because its function is disabled: whether it goes on when the function is enabled again.
  'ALTER TABLE sync_schedules ADD COLUMN resumes boolean NOT NULL DEFAULT false',
];

const DOWN = [
  `UPDATE sync_schedules SET state = 'started' WHERE resumes AND state = 'paused'`,
  'ALTER TABLE sync_schedules DROP COLUMN resumes',
  `DELETE FROM function_versions older USING function_versions newer
    WHERE older.function_id = newer.function_id AND older.version = newer.version AND older.bundle_hash = newer.bundle_hash
      AND older.id < newer.id`,
  'DROP INDEX function_versions_newest',
  `ALTER TABLE function_versions DROP CONSTRAINT function_versions_pkey, DROP COLUMN id, DROP COLUMN source, DROP COLUMN sdk_version,
     DROP COLUMN restored_from, ADD PRIMARY KEY (function_id, version, bundle_hash)`,
];

/** Versions of functions as a history that can be gone back to; schedules that a disabled function holds. */
export class FunctionVersions1764200000400 implements MigrationInterface {
  readonly name = 'FunctionVersions1764200000400';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
