import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { fastify } from 'fastify';
import { fairlead, post } from './fairlead.mjs';
import { load, median, postRequest } from './lib.mjs';

/**
 * A synchronous no-op action in a fresh isolate, beside a bare Fastify route that evaluates the same function in a fresh `node:vm`
 * context, in turns in the same run (design §6). BASE and KEY name a running Fairlead; without them the built standalone is started.
 */
const SELF = fileURLToPath(import.meta.url);
const CALLERS = [1, 32];
const ROUNDS = 3;
const WARM_SECONDS = 3;
const NAME = `bench-${randomBytes(4).toString('hex')}`;
const BODY = { action_name: 'noop', input: { hello: 'world' } };

const CODE = `"use strict";
module.exports = { default: { type: 'action', exec: async (nango, input) => input } };
`;

/** The least an HTTP service that runs a function on request can do. */
async function bare() {
  const app = fastify();
  const script = new vm.Script(`(module) => { ${CODE} }`);
  app.post('/action/trigger', async (request) => {
    const module = { exports: {} };
    script.runInNewContext({})(module);
    return module.exports.default.exec({}, request.body.input);
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}

async function startBare() {
  const child = spawn(process.execPath, [SELF, '--bare'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [url] = await once(createInterface(child.stdout), 'line');
  return { url, stop: () => child.kill() };
}

/** An integration with a connection, and the action deployed to it as the CLI does. */
async function deploy(target) {
  await post(target, '/integrations', { provider: 'private-api-bearer', unique_key: NAME });
  await post(target, '/connections', {
    provider_config_key: NAME,
    connection_id: NAME,
    credentials: { type: 'API_KEY', apiKey: 'key' },
    connection_config: { base_url: 'http://127.0.0.1:9' },
  });
  const flow = {
    type: 'action',
    syncName: BODY.action_name,
    providerConfigKey: NAME,
    models: [],
    runs: null,
    metadata: { description: 'noop', scopes: [] },
    fileBody: { js: CODE, ts: '// noop' },
    endpoints: [],
    version: '',
    models_json_schema: { definitions: {} },
    features: [],
  };
  await post(target, '/sync/deploy', {
    flowConfigs: [flow],
    onEventScriptsByProvider: [],
    nangoYamlBody: '',
    reconcile: true,
    debug: false,
    deployMode: 'integration',
    sdkVersion: '0.71.10-zero',
    source: 'repo',
  });
}

async function measure(targets, seconds) {
  const figures = {};
  for (const callers of CALLERS) {
    const rounds = Object.fromEntries(Object.keys(targets).map((name) => [name, []]));
    for (const request of Object.values(targets)) await load(request, callers, WARM_SECONDS);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, request] of Object.entries(targets)) rounds[name].push(await load(request, callers, seconds / ROUNDS));
    }
    for (const [name, results] of Object.entries(rounds)) {
      for (const figure of ['rate', 'p50', 'p95', 'p99']) {
        figures[`${name}_${callers}_${figure}`] = median(results.map((result) => result[figure]));
      }
    }
    figures[`ratio_bare_${callers}`] = median(rounds.fairlead.map(({ rate }, round) => rate / rounds.bare[round].rate));
  }
  return figures;
}

function print(figures) {
  const table = {};
  for (const callers of CALLERS) {
    for (const name of ['bare', 'fairlead']) {
      const of = (figure) => Number(figures[`${name}_${callers}_${figure}`].toFixed(2));
      table[`${name}, ${callers} callers`] = {
        'per second': Math.round(of('rate')),
        'p50 ms': of('p50'),
        'p95 ms': of('p95'),
        'p99 ms': of('p99'),
      };
    }
  }
  console.table(table);
}

/**
 * @param {{ seconds?: number, json?: boolean }} options seconds of measurement per caller count and target
 * @returns {Promise<Record<string, number>>} the figures, also printed
 */
export async function run({ seconds = 5, json = false } = {}) {
  const baseline = await startBare();
  const target = await fairlead();
  try {
    await deploy(target);
    const named = { authorization: `Bearer ${target.key}`, 'provider-config-key': NAME, 'connection-id': NAME };
    const figures = await measure(
      {
        bare: postRequest(`${baseline.url}/action/trigger`, {}, BODY),
        fairlead: postRequest(`${target.base}/action/trigger`, named, BODY),
      },
      seconds,
    );
    if (json) console.log(JSON.stringify(figures));
    else print(figures);
    return figures;
  } finally {
    await target.stop();
    baseline.stop();
  }
}

if (process.argv[1] === SELF) {
  if (process.argv[2] === '--bare') {
    console.log(await bare());
    process.stdin.once('end', () => process.exit(0)).resume(); // the bench that started this part is gone
  } else await run({ json: process.argv.includes('--json') });
}
