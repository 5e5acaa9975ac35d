import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { pipeline, Readable } from 'node:stream';
import { compare, printComparison, servePart, startPart } from './compare.mjs';
import { fairlead, post } from './fairlead.mjs';
import { getRequest } from './lib.mjs';
import { gigabyte, memoryOverBodies, memoryOverCalls, statementsOf } from './proxy-holds.mjs';

/**
 * A proxied GET of 1 KB, beside the upstream called directly and a bare `undici` reverse proxy, in turns in the same run (design §6);
 * then what a warm call costs the database, and memory over so many calls and over bodies of a gigabyte.
 * BASE and KEY name a running Fairlead that may call loopback; without them the built standalone is started.
 */
const SELF = fileURLToPath(import.meta.url);
const CALLERS = [16, 64];
/** Compilers need their time: figures of the first seconds are those of a start, not of a service. */
const WARM_SECONDS = 5;
const NAME = `bench-${randomBytes(4).toString('hex')}`;

/** An API of one answer, and of a gigabyte each way. */
function upstream() {
  const body = JSON.stringify({ data: 'x'.repeat(1024 - 11) });
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  return createServer((request, response) => {
    if (request.url === '/bytes') pipeline(Readable.from(gigabyte()), response, () => undefined);
    else if (request.url === '/sink') count(request, (bytes) => response.end(String(bytes)));
    else response.writeHead(200, headers).end(body);
  });
}

function count(stream, done) {
  let bytes = 0;
  stream.on('data', (chunk) => (bytes += chunk.length)).on('end', () => done(bytes));
}

/** The least a reverse proxy on undici can do. */
function bareProxy(origin) {
  const pool = new Pool(origin);
  return createServer((request, response) => {
    const { url: path, method, headers } = request;
    const sent = { authorization: 'Bearer key', accept: headers.accept };
    pool.stream({ path, method, headers: sent, opaque: response }, answer).catch((error) => response.destroy(error));
  });
}

const answer = ({ statusCode, headers, opaque }) => {
  const { connection: _connection, 'keep-alive': _keepAlive, ...rest } = headers;
  return opaque.writeHead(statusCode, rest);
};

/** An integration and a connection whose API is the upstream. */
async function connect(target, upstreamUrl) {
  await post(target, '/integrations', { provider: 'private-api-bearer', unique_key: NAME });
  await post(target, '/connections', {
    provider_config_key: NAME,
    connection_id: NAME,
    credentials: { type: 'API_KEY', apiKey: 'key' },
    connection_config: { base_url: upstreamUrl },
  });
}

/**
 * @param {{ seconds?: number, calls?: number, json?: boolean }} options seconds of measurement per caller count and target; calls over which
 * memory is watched
 * @returns {Promise<Record<string, number>>} the figures, also printed
 */
export async function run({ seconds = 5, calls = 1_000_000, json = false } = {}) {
  const api = await startPart(SELF, '--upstream');
  const bare = await startPart(SELF, '--bare', api.url);
  const target = await fairlead();
  try {
    await connect(target, api.url);
    const named = { authorization: `Bearer ${target.key}`, 'provider-config-key': NAME, 'connection-id': NAME };
    const targets = {
      direct: getRequest(`${api.url}/json`),
      bare: getRequest(`${bare.url}/json`),
      fairlead: getRequest(`${target.base}/proxy/json`, named),
    };
    const rates = await compare(targets, CALLERS, { warmSeconds: WARM_SECONDS, seconds });
    const figures = {
      ...rates,
      added_p50_16: rates.fairlead_16_p50 - rates.bare_16_p50,
      ...(await statementsOf(target, targets.fairlead, seconds)),
      ...(await memoryOverBodies(target, named)),
      ...(await memoryOverCalls(target, targets.fairlead, calls)),
    };
    if (json) console.log(JSON.stringify(figures));
    else print(figures, Object.keys(targets));
    return figures;
  } finally {
    await target.stop();
    bare.stop();
    api.stop();
  }
}

function print(figures, names) {
  printComparison(figures, names, CALLERS);
  const shown = (name, digits = 2) => (figures[name] === undefined ? '–' : Number(figures[name].toFixed(digits)));
  console.table({
    'rate of the bare proxy, 16 callers': row(shown('ratio_bare_16'), ''),
    'rate of the bare proxy, 64 callers': row(shown('ratio_bare_64'), '≥ 0.6'),
    'p50 added to the bare proxy, 16 callers, ms': row(shown('added_p50_16'), '≤ 1'),
    'statements a warm call': row(shown('statements_per_call', 4), '0'),
    'batches of log rows, 1,000 calls': row(shown('log_batches_per_1000'), ''),
    'memory, rise over a download of 1 GiB, MB': row(shown('download_rise_mb', 0), 'flat'),
    'memory, rise over an upload of 1 GiB, MB': row(shown('upload_rise_mb', 0), 'flat'),
    'memory, growth a call, bytes': row(shown('rss_bytes_per_call'), '0'),
    'memory after so many calls, MB': row(`${shown('rss_mb', 0)} after ${Math.round(figures.calls ?? 0)}`, ''),
  });
}

const row = (measured, bar) => ({ measured, bar });

if (process.argv[1] === SELF) {
  const [, , role, origin] = process.argv;
  if (role === '--upstream' || role === '--bare') {
    const server = role === '--upstream' ? upstream() : bareProxy(origin);
    server.keepAliveTimeout = 60_000;
    server.listen(0, '127.0.0.1', () => servePart(`http://127.0.0.1:${server.address().port}`));
  } else await run({ json: process.argv.includes('--json') });
}
