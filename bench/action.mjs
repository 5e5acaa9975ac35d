import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { fastify } from 'fastify';
import { compare, printComparison, servePart, startPart } from './compare.mjs';
import { fairlead, post } from './fairlead.mjs';
import { postRequest } from './lib.mjs';

/**
 * A synchronous no-op action in a fresh isolate, beside a bare Fastify route that evaluates the same function in a fresh `node:vm`
 * context, in turns in the same run (design §6). BASE and KEY name a running Fairlead; without them the built standalone is started.
 */
const SELF = fileURLToPath(import.meta.url);
const CALLERS = [1, 32];
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

/**
 * @param {{ seconds?: number, json?: boolean }} options seconds of measurement per caller count and target
 * @returns {Promise<Record<string, number>>} the figures, also printed
 */
export async function run({ seconds = 5, json = false } = {}) {
  const baseline = await startPart(SELF, '--bare');
  const target = await fairlead();
  try {
    await deploy(target);
    const named = { authorization: `Bearer ${target.key}`, 'provider-config-key': NAME, 'connection-id': NAME };
    const targets = {
      bare: postRequest(`${baseline.url}/action/trigger`, {}, BODY),
      fairlead: postRequest(`${target.base}/action/trigger`, named, BODY),
    };
    const figures = await compare(targets, CALLERS, { warmSeconds: WARM_SECONDS, seconds });
    if (json) console.log(JSON.stringify(figures));
    else printComparison(figures, Object.keys(targets), CALLERS);
    return figures;
  } finally {
    await target.stop();
    baseline.stop();
  }
}

if (process.argv[1] === SELF) {
  if (process.argv[2] === '--bare') servePart(await bare());
  else await run({ json: process.argv.includes('--json') });
}
