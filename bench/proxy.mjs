import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { compare, printComparison, servePart, startPart } from './compare.mjs';
import { fairlead, post } from './fairlead.mjs';
import { getRequest } from './lib.mjs';

/**
 * A proxied GET of 1 KB, beside the upstream called directly and a bare `undici` reverse proxy, in turns in the same run (design §6).
 * BASE and KEY name a running Fairlead that may call loopback; without them the built standalone is started.
 */
const SELF = fileURLToPath(import.meta.url);
const CALLERS = [16, 64];
/** Compilers need their time: figures of the first seconds are those of a start, not of a service. */
const WARM_SECONDS = 5;
const NAME = `bench-${randomBytes(4).toString('hex')}`;

/** An API of one answer. */
function upstream() {
  const body = JSON.stringify({ data: 'x'.repeat(1024 - 11) });
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  return createServer((_request, response) => response.writeHead(200, headers).end(body));
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
 * @param {{ seconds?: number, json?: boolean }} options seconds of measurement per caller count and target
 * @returns {Promise<Record<string, number>>} the figures, also printed
 */
export async function run({ seconds = 5, json = false } = {}) {
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
    const figures = await compare(targets, CALLERS, { warmSeconds: WARM_SECONDS, seconds });
    if (json) console.log(JSON.stringify(figures));
    else printComparison(figures, Object.keys(targets), CALLERS);
    return figures;
  } finally {
    await target.stop();
    bare.stop();
    api.stop();
  }
}

if (process.argv[1] === SELF) {
  const [, , role, origin] = process.argv;
  if (role === '--upstream' || role === '--bare') {
    const server = role === '--upstream' ? upstream() : bareProxy(origin);
    server.keepAliveTimeout = 60_000;
    server.listen(0, '127.0.0.1', () => servePart(`http://127.0.0.1:${server.address().port}`));
  } else await run({ json: process.argv.includes('--json') });
}
