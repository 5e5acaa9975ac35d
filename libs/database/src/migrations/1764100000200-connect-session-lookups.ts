import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Removing a connection for good asks which Connect sessions renew it: without an index, by reading all sessions of a month. */
export class ConnectSessionLookups1764100000200 implements MigrationInterface {
  readonly name = 'ConnectSessionLookups1764100000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX connect_sessions_reconnects ON connect_sessions (reconnects) WHERE reconnects IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX connect_sessions_reconnects');
  }
}
