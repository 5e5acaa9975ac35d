import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `environments.outbound_policy`: what operators let one environment call, laid over the policy of the server; null: nothing of its own. */
export class OutboundPolicies1764100000500 implements MigrationInterface {
  readonly name = 'OutboundPolicies1764100000500';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE environments ADD COLUMN outbound_policy jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE environments DROP COLUMN outbound_policy');
  }
}
