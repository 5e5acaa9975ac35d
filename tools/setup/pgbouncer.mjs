import { ensureProgram } from './debian-program.mjs';

const PGBOUNCER = {
  names: ['pgbouncer'],
  package: 'pgbouncer',
  called: 'PgBouncer',
  skipped: 'tests behind a pooler',
};

/** A pooler for the tests of services that do not reach Postgres by themselves. */
export const ensurePgBouncer = (say) => ensureProgram(PGBOUNCER, say);
