import pg from 'pg';

/**
 * What the database itself notes of every change, so that a checker need not believe who made it: each move of an execution's state and
 * each change of a record, in the order they were made.
 */
const WATCH = [
  'CREATE SCHEMA chaos',
  `CREATE TABLE chaos.moves (n bigserial PRIMARY KEY, id uuid NOT NULL, was text, state text NOT NULL)`,
  `CREATE FUNCTION chaos.note_move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO chaos.moves (id, was, state) VALUES (NEW.id, CASE TG_OP WHEN 'UPDATE' THEN OLD.state END, NEW.state); RETURN NULL; END $$`,
  `CREATE TRIGGER chaos_inserted AFTER INSERT ON executions FOR EACH ROW EXECUTE FUNCTION chaos.note_move()`,
  // Also where the state is set to what it was: who ended what had ended already did so without looking.
  `CREATE TRIGGER chaos_moved AFTER UPDATE OF state ON executions FOR EACH ROW EXECUTE FUNCTION chaos.note_move()`,
  `CREATE TABLE chaos.changes (n bigserial PRIMARY KEY, dataset_id int NOT NULL, id text NOT NULL, num bigint NOT NULL, seq bigint NOT NULL,
     deleted boolean NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())`,
  `CREATE FUNCTION chaos.note_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO chaos.changes (dataset_id, id, num, seq, deleted)
     VALUES (NEW.dataset_id, NEW.external_id, NEW.num, NEW.seq, NEW.deleted_at IS NOT NULL); RETURN NULL; END $$`,
  `CREATE TRIGGER chaos_added AFTER INSERT ON records.records FOR EACH ROW EXECUTE FUNCTION chaos.note_change()`,
  `CREATE TRIGGER chaos_changed AFTER UPDATE ON records.records FOR EACH ROW WHEN (OLD.seq <> NEW.seq) EXECUTE FUNCTION chaos.note_change()`,
];

const EXECUTIONS = `SELECT id, environment_id AS "environmentId", kind, state, retry_key AS "retryKey", attempt,
    (extract(epoch FROM created_at) * 1000)::float8 AS "createdAt", (extract(epoch FROM finished_at) * 1000)::float8 AS "finishedAt"
  FROM executions`;

const DATASETS = `SELECT d.id, c.connection_id AS connection, d.model, d.live_count::float8 AS "liveCount", d.last_seq::float8 AS "lastSeq",
    (SELECT coalesce(json_agg(json_build_object('run', b.run_id, 'result', b.result) ORDER BY b.no), '[]')
       FROM records.batches b WHERE b.dataset_id = d.id) AS batches,
    (SELECT coalesce(json_agg(json_build_object('id', h.id, 'seq', h.seq, 'isNew', h.num = h.seq, 'isDeleted', h.deleted,
       'at', extract(epoch FROM h.at) * 1000) ORDER BY h.n), '[]') FROM chaos.changes h WHERE h.dataset_id = d.id) AS changes
  FROM records.datasets d JOIN connections c ON c.id = d.connection_id`;

const RUNS = `SELECT r.execution_id AS id, c.connection_id AS connection, r.status, r.results
  FROM sync_runs r JOIN syncs y ON y.id = r.sync_id JOIN connections c ON c.id = y.connection_id`;

const DELIVERIES = `SELECT id, type, state, body, attempts, last_status AS "lastStatus", last_error AS "lastError" FROM deliveries`;

/** A look into the database of an engine, past all links. */
export class History {
  #pool;

  /** @param {string} url */
  constructor(url) {
    this.#pool = new pg.Pool({ connectionString: url, max: 2 });
    // A Postgres that crashes takes idle sessions with it.
    this.#pool.on('error', () => undefined);
  }

  async watch() {
    for (const statement of WATCH) await this.#pool.query(statement);
  }

  /** What is not over yet: executions by state, and deliveries. */
  async open() {
    const rows = await this.#rows(
      `SELECT kind || ' ' || state AS what, count(*)::int AS n FROM executions WHERE state IN ('queued', 'running') GROUP BY 1
       UNION ALL SELECT 'delivery pending', count(*)::int FROM deliveries WHERE state = 'pending' HAVING count(*) > 0`,
    );
    return Object.fromEntries(rows.map(({ what, n }) => [what, n]));
  }

  async read() {
    return {
      moves: await this.#rows('SELECT id, was, state FROM chaos.moves ORDER BY n'),
      executions: await this.#rows(EXECUTIONS),
      datasets: await this.#rows(DATASETS),
      runs: await this.#rows(RUNS),
      deliveries: await this.#rows(DELIVERIES),
      environments: Object.fromEntries((await this.#rows('SELECT name, id FROM environments')).map(({ name, id }) => [name, id])),
    };
  }

  async close() {
    await this.#pool.end();
  }

  async #rows(sql) {
    return (await this.#pool.query(sql)).rows;
  }
}
