import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { root, SetupError } from './setup/place.mjs';

/**
 * `npm run logs [-- --follow] [-- --operation ID]`: operations and their messages, from the stack in FAIRLEAD_DATA_DIR or from the
 * database NANGO_DATABASE_URL names.
 */
const LAST = 200;
const POLL_MS = 500;
/** Rows that are stored at once become visible a little apart: each look goes back a bit, and what was shown is not shown again. */
const OVERLAP = "interval '5 seconds'";

const OPERATIONS = `SELECT 'operation' AS kind, id, id AS operation_id, coalesce(ended_at, created_at) AS at, stored_at, level, state, message,
    concat_ws(':', type, action) AS what,
    concat_ws(' ', environment_name, concat_ws('/', integration_name, connection_name), function_name) AS about, error AS more
  FROM logs.operations`;
const MESSAGES = `SELECT 'message' AS kind, id, operation_id, created_at AS at, stored_at, level, NULL AS state, message, NULL AS what,
    concat_ws(' ', request->>'method', request->>'url', response->>'code') AS about, coalesce(error, meta) AS more
  FROM logs.messages`;

const matching = (condition) =>
  `SELECT * FROM (${OPERATIONS} WHERE ${condition('id')} UNION ALL ${MESSAGES} WHERE ${condition('operation_id')}) rows`;
const ONE = `${matching((key) => `${key} = $1`)} ORDER BY at, id`;
const NEWEST = `SELECT * FROM (${matching(() => `stored_at > now() - interval '1 day'`)} ORDER BY stored_at DESC LIMIT ${LAST}) newest ORDER BY at, id`;
const SINCE = `${matching((key) => `stored_at > $1::timestamptz - ${OVERLAP} AND ($2::uuid IS NULL OR ${key} = $2)`)} ORDER BY at, id`;

/** Where the running stack keeps its database. */
function databaseUrl() {
  if (process.env.NANGO_DATABASE_URL) return process.env.NANGO_DATABASE_URL;
  const folder = process.env.FAIRLEAD_DATA_DIR ?? join(root, '.data');
  const running = join(folder, 'postgres', 'postmaster.pid');
  if (!existsSync(running)) {
    throw new SetupError(`no stack runs in ${folder}: start one with \`npm start\`, or name a database in NANGO_DATABASE_URL`);
  }
  const port = readFileSync(running, 'utf8').split('\n')[3];
  const { postgresPassword } = JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8'));
  return `postgres://fairlead:${encodeURIComponent(postgresPassword)}@127.0.0.1:${port}/fairlead`;
}

function line(row) {
  const more = row.more === null ? '' : ` ${JSON.stringify(row.more)}`;
  const head = `${row.at.toISOString().slice(0, 23)} ${row.level.toUpperCase().padEnd(5)}`;
  const text = [row.what && `${row.what} ${row.state}`, row.message, row.about].filter(Boolean).join(' · ');
  return `${head} ${row.operation_id} ${row.kind === 'operation' ? '■' : ' '} ${text}${more}`;
}

/** Prints what was not printed yet; an operation appears when it begins and again when it ends. */
function printer() {
  const shown = new Set();
  return (rows) => {
    for (const row of rows) {
      const key = `${row.id}:${row.state}`;
      if (shown.has(key)) continue;
      shown.add(key);
      console.log(line(row));
    }
    // Older keys cannot come back: each look reaches only seconds into the past.
    if (shown.size > 50_000) shown.clear();
  };
}

async function show({ follow, operation }) {
  const client = new pg.Client({ connectionString: databaseUrl(), connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const print = printer();
    let { now } = (await client.query('SELECT now()::text AS now')).rows[0];
    print((await (operation ? client.query(ONE, [operation]) : client.query(NEWEST))).rows);
    if (!follow) return;
    for (;;) {
      await delay(POLL_MS);
      const before = now;
      ({ now } = (await client.query('SELECT now()::text AS now')).rows[0]);
      print((await client.query(SINCE, [before, operation ?? null])).rows);
    }
  } finally {
    await client.end();
  }
}

const { values } = parseArgs({
  options: { follow: { type: 'boolean', short: 'f', default: false }, operation: { type: 'string', short: 'o' } },
});
process.on('SIGINT', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));
try {
  await show(values);
} catch (error) {
  if (!(error instanceof SetupError) && error.code !== 'ECONNREFUSED' && error.code !== '22P02') throw error;
  console.error(`fairlead: ${error.message}`);
  process.exitCode = 1;
}
