import pg from 'pg';

/** What the server has executed in one database, as it counts itself. */
export interface StatementCounts {
  /** Begins anew. */
  reset(): Promise<void>;
  /** Executions since then, by statement; those of counting apart. */
  read(): Promise<Map<string, number>>;
  close(): Promise<void>;
}

const RESET = 'SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = current_database()';
const READ = `SELECT query, sum(calls)::int AS calls FROM pg_stat_statements
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat_statements%' GROUP BY query`;

/** Counts the statements of a database, whoever sends them. Null where the server does not load `pg_stat_statements`. */
export async function countStatements(url: string): Promise<StatementCounts | null> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ loaded: boolean }>(
    `SELECT current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%' AS loaded`,
  );
  if (!rows[0]?.loaded) {
    await client.end();
    return null;
  }
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  return {
    async reset() {
      await client.query(RESET);
    },
    async read() {
      const counted = await client.query<{ query: string; calls: number }>(READ);
      return new Map(counted.rows.map(({ query, calls }) => [query, calls]));
    },
    close: () => client.end(),
  };
}
