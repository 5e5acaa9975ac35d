import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { newStackSecrets, redisProgram, startPostgres, startRedis } from '#libs/embedded';
import { randomFrom } from './random.mjs';
import { migrate, startReplica } from './replicas.mjs';
import { startRotatingProvider } from './rotating-provider.mjs';

/**
 * The refresh race: each round, all callers ask three servers at once for a connection that has expired and whose refresh token works
 * once; a server is killed at a random moment. Every caller of a living server must get the new token, the provider must have been asked
 * successfully once, and the stored refresh token must still be good.
 *
 * @typedef {{ rounds: number, callers: number, seed: number, inProcess?: boolean, say: (line: string) => void }} RaceOptions
 * @typedef {{ databaseUrl: string, redisUrl: string }} Stores
 */
const REPLICAS = 3;
/** The provider makes up its mind after at most this time, and its answer takes as long again. */
const MAX_LATENCY_MS = 60;
const FIRST_ROUND_MS = 1_000;
const KEY = 'chaos';

/** @param {RaceOptions} options */
export async function raceWithOwnStores(options) {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-chaos-'));
  const { postgresPassword, redisPassword } = newStackSecrets();
  const common = (name) => ({ folder: join(folder, name), logFile: join(folder, `${name}.log`), durable: true });
  const postgres = await startPostgres({ ...common('postgres'), password: postgresPassword });
  const redis = await startRedis({
    ...common('redis'),
    password: redisPassword,
    program: await redisProgram(process.env.PATH, options.say),
  });
  try {
    return await race({ databaseUrl: postgres.url, redisUrl: redis.url }, options);
  } finally {
    await Promise.all([postgres.stop(), redis.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {Stores} stores @param {RaceOptions} options */
export async function race(stores, options) {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-race-'));
  const provider = await startRotatingProvider();
  const database = await ownDatabase(stores.databaseUrl);
  const { env, key } = environment(folder, database.url, stores.redisUrl, provider.catalogue);
  if (options.inProcess) env.FAIRLEAD_REFRESH_KEEPER = 'false';
  const replicas = [];
  const failures = [];
  try {
    await migrate(env, folder);
    for (let index = 0; index < REPLICAS; index += 1) replicas.push(await startReplica(env, folder, `server-${index + 1}`));
    const call = (replica, method, path, body) => replica.call(method, path, { authorization: `Bearer ${key}` }, body);
    await expectOk(call(replicas[0], 'POST', '/integrations', INTEGRATION));
    const totals = { asked: 0, accepted: 0, killedWhileAsked: 0, lost: 0 };
    for (let round = 1; round <= options.rounds; round += 1) {
      const seed = options.seed + round;
      const result = await playRound({ replicas, provider, call, seed, callers: options.callers });
      for (const name of Object.keys(totals)) totals[name] += result[name];
      for (const problem of result.problems) failures.push(`round ${round} (seed ${seed}): ${problem}`);
      options.say(lineOf(round, seed, result));
      const killed = replicas.findIndex(({ isKilled }) => isKilled);
      if (round < options.rounds) replicas[killed] = await startReplica(env, folder, replicas[killed].name);
    }
    report(options, totals, failures);
    return { failures, totals };
  } finally {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await Promise.all([provider.close(), database.drop()]);
    if (failures.length === 0) rmSync(folder, { recursive: true, force: true });
    else options.say(`logs of the servers: ${folder}`);
  }
}

const INTEGRATION = {
  provider: 'chaos-rotating',
  unique_key: KEY,
  credentials: { type: 'OAUTH2', client_id: 'chaos', client_secret: 'chaos-secret' },
};

/** How long a round lasts here: kills are spread over it. */
let typicalMs = FIRST_ROUND_MS;

/** Half of the kills come at any moment of the round, half while the provider is being asked, which is when it hurts. */
async function killingMoment(random, asked) {
  if (random() < 0.5) return delay(random() * typicalMs);
  await Promise.race([asked, delay(typicalMs * 2)]);
  return delay(random() * 2 * MAX_LATENCY_MS);
}

async function playRound({ replicas, provider, call, seed, callers }) {
  const random = randomFrom(seed);
  provider.setLatency(() => random() * MAX_LATENCY_MS);
  const grant = provider.newGrant();
  const id = `c-${seed}`;
  const expired = new Date(Date.now() - 1_000).toISOString();
  const { accessToken: access_token, refreshToken: refresh_token } = grant;
  const credentials = { type: 'OAUTH2', access_token, refresh_token, expires_at: expired };
  await expectOk(call(replicas[0], 'POST', '/connections', { provider_config_key: KEY, connection_id: id, credentials }));

  const victim = replicas[Math.floor(random() * replicas.length)];
  const path = `/connections/${id}?provider_config_key=${KEY}`;
  const asked = provider.asked();
  const startedAt = performance.now();
  const answers = Array.from({ length: callers }, async (_, index) => {
    const replica = replicas[index % replicas.length];
    return { replica, ...(await call(replica, 'GET', path)) };
  });
  await killingMoment(random, asked);
  const killedWhileAsked = Number(provider.isAsked());
  await victim.kill();

  const settled = await Promise.all(answers);
  typicalMs = performance.now() - startedAt;
  const problems = problemsOf(settled, grant, victim);
  const survivor = replicas.find((replica) => replica !== victim);
  // Nobody may have asked a living server before the kill: the token is renewed at the latest now.
  const read = await call(survivor, 'GET', path);
  if (read.body?.credentials?.access_token !== grant.accessToken)
    problems.push(`the stored token is not the provider's: ${show(read)}`);
  const { accepted } = grant;
  if (accepted !== 1) problems.push(`${accepted} refreshes were accepted`);
  const again = await call(survivor, 'GET', `${path}&force_refresh=true`);
  if (again.status !== 200) problems.push(`the refresh token is lost: ${show(again)}`);
  return { asked: callers, accepted, killedWhileAsked, lost: settled.filter(({ lost }) => lost).length, problems, victim };
}

/** Each kind of problem once, and how often it was seen. */
function problemsOf(answers, grant, victim) {
  const seen = new Map();
  for (const { replica, status, body, lost } of answers) {
    const problem = problemOf({ status, body, lost }, grant, replica === victim);
    if (problem) seen.set(`${replica.name} ${problem}`, (seen.get(`${replica.name} ${problem}`) ?? 0) + 1);
  }
  return [...seen].map(([problem, count]) => `${problem} (${count} times)`);
}

function problemOf({ status, body, lost }, grant, isVictim) {
  if (lost) return isVictim ? undefined : `was not killed, but broke off: ${lost}`;
  if (status !== 200) return `answered ${status} ${body?.error?.code} ${body?.error?.payload?.code ?? ''}`;
  return body.credentials.access_token === grant.accessToken ? undefined : 'answered another token';
}

const show = (reply) => JSON.stringify(reply).slice(0, 300);

const lineOf = (round, seed, { accepted, killedWhileAsked, lost, problems, victim }) =>
  `round ${String(round).padStart(3)}  seed ${seed}  accepted ${accepted}  killed ${victim.name}` +
  `${killedWhileAsked ? ' during the refresh' : ''}, ${lost} calls with it  ${problems.length === 0 ? 'ok' : problems.join('; ')}`;

function report({ rounds, seed, say }, { asked, accepted, killedWhileAsked, lost }, failures) {
  say(
    `${rounds} rounds from seed ${seed}: ${asked} calls, ${accepted} refreshes accepted, ${rounds} servers killed, ` +
      `${killedWhileAsked} of them while the provider was being asked, ${lost} calls broke off with them`,
  );
  for (const failure of failures) say(failure);
  say(failures.length === 0 ? 'nothing was lost' : `${failures.length} problems`);
}

async function expectOk(answering) {
  const answer = await answering;
  if (answer.status !== 200 && answer.status !== 201) throw new Error(`preparing the round failed: ${show(answer)}`);
}

function environment(folder, databaseUrl, redisUrl, catalogue) {
  const { postgresPassword: _postgres, redisPassword: _redis, ...secrets } = newStackSecrets();
  writeFileSync(join(folder, 'catalogue.json'), JSON.stringify(catalogue));
  mkdirSync(join(folder, 'objects'));
  const env = {
    PATH: process.env.PATH,
    ...secrets,
    NANGO_DATABASE_URL: databaseUrl,
    NANGO_REDIS_URL: redisUrl,
    NANGO_PROVIDERS_PATH: join(folder, 'catalogue.json'),
    FAIRLEAD_OBJECTS_PATH: join(folder, 'objects'),
    FAIRLEAD_DATA_DIR: folder,
    FAIRLEAD_HOST: '127.0.0.1',
    FLAG_SERVE_CONNECT_UI: 'false',
    LOG_LEVEL: 'warn',
    NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: '[]',
    NANGO_OUTBOUND_URL_POLICY: '{"mode":"permissive","blockPrivateIps":false}',
  };
  return { env, key: secrets.NANGO_SECRET_KEY_DEV };
}

async function ownDatabase(serverUrl) {
  const name = `fairlead_chaos_${Date.now()}`;
  const admin = async (statement) => {
    const client = new pg.Client({ connectionString: serverUrl });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await admin(`CREATE DATABASE ${name}`);
  return {
    url: Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href,
    drop: () => admin(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}
