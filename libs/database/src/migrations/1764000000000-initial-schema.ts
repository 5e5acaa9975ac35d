import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The control plane: tenants, integrations, connections, functions, schedules, the execution ledger and deliveries.
 * Records and logs have schemas and migrations of their own.
 */
const TABLES = [
  `CREATE TABLE accounts (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE environments (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id int NOT NULL REFERENCES accounts(id),
    uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    name text NOT NULL,
    is_production boolean NOT NULL DEFAULT false,
    webhook_url text,
    webhook_url_secondary text,
    webhook_settings jsonb NOT NULL DEFAULT '{}',
    webhook_signing_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
  )`,
  `CREATE UNIQUE INDEX environments_name ON environments (account_id, name) WHERE deleted_at IS NULL`,
  `CREATE TABLE environment_variables (
    environment_id int NOT NULL REFERENCES environments(id),
    name text NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (environment_id, name)
  )`,
  `CREATE TABLE api_keys (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id int NOT NULL REFERENCES accounts(id),
    environment_id int REFERENCES environments(id),
    display_name text NOT NULL,
    scopes text[] NOT NULL,
    hash text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
  )`,
  `CREATE UNIQUE INDEX api_keys_name ON api_keys (environment_id, display_name) WHERE deleted_at IS NULL`,
  `CREATE TABLE data_keys (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    root_fingerprint text NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE integrations (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment_id int NOT NULL REFERENCES environments(id),
    unique_key text NOT NULL,
    provider text NOT NULL,
    display_name text,
    forward_webhooks boolean NOT NULL DEFAULT true,
    credentials bytea,
    custom bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
  )`,
  `CREATE UNIQUE INDEX integrations_key ON integrations (environment_id, unique_key) WHERE deleted_at IS NULL`,
  `CREATE TABLE connections (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment_id int NOT NULL REFERENCES environments(id),
    integration_id int NOT NULL REFERENCES integrations(id),
    connection_id text NOT NULL,
    credentials_type text NOT NULL,
    credentials bytea NOT NULL,
    credentials_expires_at timestamptz,
    connection_config jsonb NOT NULL DEFAULT '{}',
    metadata jsonb,
    tags jsonb NOT NULL DEFAULT '{}',
    end_user jsonb,
    webhook_url_override text,
    version int NOT NULL DEFAULT 1,
    last_fetched_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
  )`,
  `CREATE UNIQUE INDEX connections_id ON connections (integration_id, connection_id) WHERE deleted_at IS NULL`,
  `CREATE INDEX connections_newest ON connections (environment_id, created_at DESC, id DESC) WHERE deleted_at IS NULL`,
  `CREATE INDEX connections_tags ON connections USING gin (tags) WHERE deleted_at IS NULL`,
  `CREATE TABLE connection_errors (
    connection_id int NOT NULL REFERENCES connections(id),
    type text NOT NULL,
    scope text NOT NULL DEFAULT '',
    operation_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (connection_id, type, scope)
  )`,
  `CREATE TABLE functions (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment_id int NOT NULL REFERENCES environments(id),
    integration_id int NOT NULL REFERENCES integrations(id),
    type text NOT NULL,
    name text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    source text NOT NULL,
    version text NOT NULL,
    bundle_hash text NOT NULL,
    source_hash text NOT NULL,
    definition jsonb NOT NULL,
    sdk_version text,
    last_deployed timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
  )`,
  `CREATE UNIQUE INDEX functions_name ON functions (integration_id, type, name) WHERE deleted_at IS NULL`,
  `CREATE INDEX functions_environment ON functions (environment_id) WHERE deleted_at IS NULL`,
  `CREATE TABLE function_versions (
    function_id int NOT NULL REFERENCES functions(id),
    version text NOT NULL,
    bundle_hash text NOT NULL,
    source_hash text NOT NULL,
    definition jsonb NOT NULL,
    deployed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (function_id, version, bundle_hash)
  )`,
  `CREATE TABLE deploy_locks (
    environment_id int PRIMARY KEY REFERENCES environments(id),
    token uuid NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  `CREATE TABLE syncs (
    id uuid PRIMARY KEY,
    environment_id int NOT NULL REFERENCES environments(id),
    connection_id int NOT NULL REFERENCES connections(id),
    function_id int NOT NULL REFERENCES functions(id),
    name text NOT NULL,
    variant text NOT NULL DEFAULT 'base',
    frequency_override text,
    last_sync_date timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
  )`,
  `CREATE UNIQUE INDEX syncs_name ON syncs (connection_id, name, variant) WHERE deleted_at IS NULL`,
  `CREATE INDEX syncs_function ON syncs (function_id) WHERE deleted_at IS NULL`,
  `CREATE TABLE sync_schedules (
    sync_id uuid PRIMARY KEY REFERENCES syncs(id),
    environment_id int NOT NULL,
    state text NOT NULL CHECK (state IN ('started', 'paused', 'deleted')),
    frequency_ms bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    next_run_at timestamptz NOT NULL,
    live_execution_id uuid,
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX sync_schedules_due ON sync_schedules (next_run_at) WHERE state = 'started' AND live_execution_id IS NULL`,
  `CREATE TABLE sync_runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sync_id uuid NOT NULL REFERENCES syncs(id),
    execution_id uuid NOT NULL UNIQUE,
    type text NOT NULL,
    status text NOT NULL,
    operation_id text,
    results jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
  )`,
  `CREATE INDEX sync_runs_latest ON sync_runs (sync_id, id DESC)`,
  `CREATE TABLE executions (
    id uuid NOT NULL PRIMARY KEY,
    environment_id int NOT NULL,
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'expired', 'cancelled')),
    attempt int NOT NULL DEFAULT 0,
    max_attempts int NOT NULL DEFAULT 1,
    retry_key uuid NOT NULL,
    connection_id int NOT NULL,
    function_id int NOT NULL,
    sync_id uuid,
    operation_id text,
    input bytea,
    options jsonb NOT NULL DEFAULT '{}',
    start_deadline_at timestamptz NOT NULL,
    deadline_at timestamptz,
    worker_id uuid,
    output bytea,
    error jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz
  ) PARTITION BY RANGE (id)`,
  `CREATE TABLE executions_default PARTITION OF executions DEFAULT`,
  `CREATE INDEX executions_open ON executions (state, start_deadline_at) WHERE state IN ('queued', 'running')`,
  `CREATE INDEX executions_retry ON executions (retry_key)`,
  `CREATE TABLE workers (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE checkpoints (
    environment_id int NOT NULL,
    connection_id int NOT NULL,
    key varchar(600) NOT NULL,
    checkpoint jsonb,
    version int NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    PRIMARY KEY (environment_id, connection_id, key)
  )`,
  `CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    environment_id int NOT NULL REFERENCES environments(id),
    connection_id int,
    type text NOT NULL,
    url text NOT NULL,
    body text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts int NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    last_status int,
    last_error text,
    operation_id text,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
  )`,
  `CREATE INDEX deliveries_pending ON deliveries (next_attempt_at) WHERE state = 'pending'`,
  `CREATE TABLE leader_leases (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
];

const DROPS = [
  'leader_leases',
  'deliveries',
  'checkpoints',
  'workers',
  'executions',
  'sync_runs',
  'sync_schedules',
  'syncs',
  'deploy_locks',
  'function_versions',
  'functions',
  'connection_errors',
  'connections',
  'integrations',
  'data_keys',
  'api_keys',
  'environment_variables',
  'environments',
  'accounts',
];

export class InitialSchema1764000000000 implements MigrationInterface {
  readonly name = 'InitialSchema1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of DROPS) await runner.query(`DROP TABLE ${table}`);
  }
}
