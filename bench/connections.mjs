import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import Fastify from 'fastify';
import pg from 'pg';
import { compare, printComparison, servePart, startPart } from './compare.mjs';
import { fairlead, post } from './fairlead.mjs';
import { getRequest, load } from './lib.mjs';

/**
 * `GET /connections/{id}` with credentials and a fresh token, beside a bare Fastify route that reads the same row, in turns in the same run
 * (design §6). Prints how many transactions the database saw for each call. BASE, KEY and DATABASE_URL name a running Fairlead;
 * without them the built standalone is started.
 */
const SELF = fileURLToPath(import.meta.url);
const CALLERS = [16, 64];
const WARM_SECONDS = 4;
const NAME = `bench-${randomBytes(4).toString('hex')}`;

/** The least that reads a connection: one statement, one JSON answer. */
async function bareRoute(databaseUrl) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 20 });
  const app = Fastify({ logger: false, keepAliveTimeout: 60_000 });
  app.get('/connections/:id', async ({ params }) => {
    const { rows } = await pool.query(
      `SELECT id, connection_id, connection_config, metadata, tags, end_user, created_at, updated_at, last_fetched_at
         FROM connections WHERE connection_id = $1 AND deleted_at IS NULL`,
      [params.id],
    );
    return rows[0];
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}

/** An integration and a connection whose token ends tomorrow. */
async function connect(target) {
  const client = { type: 'OAUTH2', client_id: 'bench', client_secret: 'bench-secret' };
  await post(target, '/integrations', { provider: 'github', unique_key: NAME, credentials: client });
  await post(target, '/connections', {
    provider_config_key: NAME,
    connection_id: NAME,
    credentials: {
      type: 'OAUTH2',
      access_token: randomBytes(24).toString('hex'),
      refresh_token: randomBytes(24).toString('hex'),
      expires_at: new Date(Date.now() + 86_400_000).toISOString(),
    },
  });
}

async function transactions(databaseUrl) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await client.query(
    'SELECT xact_commit::int AS count FROM pg_stat_database WHERE datname = current_database()',
  );
  await client.end();
  return rows[0].count;
}

/** Transactions of the whole system for each call that was answered, with everything warm. */
async function transactionsPerCall(databaseUrl, request, seconds) {
  const before = await transactions(databaseUrl);
  const { rate } = await load(request, CALLERS[0], seconds);
  const after = await transactions(databaseUrl);
  return (after - before) / (rate * seconds);
}

/**
 * @param {{ seconds?: number, json?: boolean }} options seconds of measurement per caller count and target
 * @returns {Promise<Record<string, number>>} the figures, also printed
 */
export async function run({ seconds = 5, json = false } = {}) {
  const target = await fairlead();
  const bare = await startPart(SELF, '--bare', target.databaseUrl);
  try {
    await connect(target);
    const targets = {
      bare: getRequest(`${bare.url}/connections/${NAME}`),
      fairlead: getRequest(`${target.base}/connections/${NAME}?provider_config_key=${NAME}`, {
        authorization: `Bearer ${target.key}`,
      }),
    };
    const figures = await compare(targets, CALLERS, { warmSeconds: WARM_SECONDS, seconds });
    figures.transactions_per_call = await transactionsPerCall(target.databaseUrl, targets.fairlead, seconds);
    if (json) console.log(JSON.stringify(figures));
    else {
      printComparison(figures, Object.keys(targets), CALLERS);
      console.log(`transactions of the database for each call: ${figures.transactions_per_call.toFixed(3)}`);
    }
    return figures;
  } finally {
    bare.stop();
    await target.stop();
  }
}

if (process.argv[1] === SELF) {
  const [, , role, databaseUrl] = process.argv;
  if (role === '--bare') servePart(await bareRoute(databaseUrl));
  else await run({ json: process.argv.includes('--json') });
}
