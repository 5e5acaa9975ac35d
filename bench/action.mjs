import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { fastify } from 'fastify';
import { compare, printComparison, servePart, startPart } from './compare.mjs';
import { fairlead, post } from './fairlead.mjs';
import { FUNCTIONS } from './isolate-functions.mjs';
import { postRequest } from './lib.mjs';

/**
 * A synchronous action in a fresh isolate and in a warm one, a no-op and two with schemas, beside a bare Fastify route that evaluates the no-op in a fresh `node:vm`
 * context, in turns in the same run (design §6). BASE and KEY name a running Fairlead; without them the built standalone is started.
 */
const SELF = fileURLToPath(import.meta.url);
const CALLERS = [1, 32];
const WARM_SECONDS = 3;
const NAME = `bench-${randomBytes(4).toString('hex')}`;
const INPUT = { hello: 'world' };
/** Each function is deployed twice: its instances are kept under the second name. */
const WARM = '-warm';
const NAMES = Object.keys(FUNCTIONS).flatMap((name) => [name, name + WARM]);
const bodyOf = (name) => ({ action_name: name, input: INPUT });

/** The least an HTTP service that runs a function on request can do. */
async function bare() {
  const app = fastify();
  const script = new vm.Script(`(module) => { ${FUNCTIONS.noop} }`);
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
  const flowConfigs = NAMES.map((name) => ({
    type: 'action',
    syncName: name,
    providerConfigKey: NAME,
    models: [],
    runs: null,
    metadata: { description: name, scopes: [] },
    fileBody: { js: FUNCTIONS[name.replace(WARM, '')], ts: `// ${name}` },
    endpoints: [],
    version: '',
    models_json_schema: { definitions: {} },
    features: [],
  }));
  await post(target, '/sync/deploy', {
    flowConfigs,
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
  const target = await fairlead({
    FAIRLEAD_WARM_FUNCTIONS: NAMES.filter((name) => name.endsWith(WARM))
      .map((name) => `*/*/${name}`)
      .join(),
  });
  try {
    await deploy(target);
    const named = { authorization: `Bearer ${target.key}`, 'provider-config-key': NAME, 'connection-id': NAME };
    const action = (name) => postRequest(`${target.base}/action/trigger`, named, bodyOf(name));
    const targets = {
      bare: postRequest(`${baseline.url}/action/trigger`, {}, bodyOf('noop')),
      fairlead: action('noop'),
      ...Object.fromEntries(NAMES.slice(1).map((name) => [name, action(name)])),
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
