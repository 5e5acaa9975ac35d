import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Written once by every call and read by few: kept as the text it came as, where `jsonb` would take it apart. */
const AS_TEXT = {
  operations: ['actor', 'request', 'response', 'error'],
  messages: ['request', 'response', 'retry', 'error'],
};

const retyped = (table: keyof typeof AS_TEXT, type: 'json' | 'jsonb'): string =>
  `ALTER TABLE logs.${table} ${AS_TEXT[table].map((column) => `ALTER ${column} TYPE ${type} USING ${column}::${type}`).join(', ')}`;

export class CheaperLogs1764000000101 implements MigrationInterface {
  readonly name = 'CheaperLogs1764000000101';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(retyped('operations', 'json'));
    await runner.query(retyped('messages', 'json'));
    // Ids ascend, so that new rows go to the end of their environment: pages fill up, where a descending index splits them in halves.
    await runner.query('DROP INDEX logs.operations_environment');
    await runner.query('CREATE INDEX operations_environment ON logs.operations (environment_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX logs.operations_environment');
    await runner.query('CREATE INDEX operations_environment ON logs.operations (environment_id, id DESC)');
    await runner.query(retyped('messages', 'jsonb'));
    await runner.query(retyped('operations', 'jsonb'));
  }
}
