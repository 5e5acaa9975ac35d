import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What connecting accounts and keeping their tokens alive needs: refresh state, OAuth states, Connect sessions. */
const UP = [
  `ALTER TABLE environments
    ADD COLUMN public_key uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN callback_url text,
    ADD COLUMN hmac_enabled boolean NOT NULL DEFAULT false,
    ADD COLUMN hmac_key bytea,
    ADD COLUMN connect_ui_settings jsonb NOT NULL DEFAULT '{}'`,
  `CREATE UNIQUE INDEX environments_public_key ON environments (public_key)`,
  `ALTER TABLE connections
    ADD COLUMN secret_config bytea,
    ADD COLUMN credentials_version int NOT NULL DEFAULT 1,
    ADD COLUMN next_refresh_at timestamptz,
    ADD COLUMN refreshed_at timestamptz,
    ADD COLUMN refresh_failed_at timestamptz,
    ADD COLUMN refresh_attempts int NOT NULL DEFAULT 0,
    ADD COLUMN refresh_exhausted boolean NOT NULL DEFAULT false`,
  `CREATE INDEX connections_refresh ON connections (next_refresh_at) WHERE deleted_at IS NULL AND next_refresh_at IS NOT NULL`,
  `CREATE INDEX connections_deleted ON connections (deleted_at) WHERE deleted_at IS NOT NULL`,
  `CREATE INDEX connections_installation ON connections (integration_id, (connection_config ->> 'installation_id'))
    WHERE deleted_at IS NULL AND connection_config ? 'installation_id'`,
  `CREATE TABLE oauth_states (
    state_hash bytea PRIMARY KEY,
    environment_id int NOT NULL REFERENCES environments(id),
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
  )`,
  `CREATE INDEX oauth_states_expiry ON oauth_states (expires_at)`,
  `CREATE TABLE connect_sessions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    environment_id int NOT NULL REFERENCES environments(id),
    reconnects int REFERENCES connections(id) ON DELETE CASCADE,
    end_user jsonb,
    tags jsonb NOT NULL DEFAULT '{}',
    allowed_integrations text[],
    webhook_url_override text,
    sealed bytea NOT NULL,
    operation_id text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    deleted_at timestamptz
  )`,
  `CREATE INDEX connect_sessions_expiry ON connect_sessions (expires_at)`,
];

const DOWN = [
  'DROP TABLE connect_sessions',
  'DROP TABLE oauth_states',
  'DROP INDEX connections_installation',
  'DROP INDEX connections_deleted',
  'DROP INDEX connections_refresh',
  `ALTER TABLE connections DROP COLUMN secret_config, DROP COLUMN credentials_version, DROP COLUMN next_refresh_at,
    DROP COLUMN refreshed_at, DROP COLUMN refresh_failed_at, DROP COLUMN refresh_attempts, DROP COLUMN refresh_exhausted`,
  'DROP INDEX environments_public_key',
  `ALTER TABLE environments DROP COLUMN public_key, DROP COLUMN callback_url, DROP COLUMN hmac_enabled, DROP COLUMN hmac_key,
    DROP COLUMN connect_ui_settings`,
];

export class Connections1764100000000 implements MigrationInterface {
  readonly name = 'Connections1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
