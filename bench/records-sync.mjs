import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fairlead, post } from './fairlead.mjs';

/**
 * The whole way of a sync's records: a deployed function that saves 100,000 small records in batches of 1,000, twice, in its isolate → runner →
 * persist → Postgres, with every service, the stores and the isolate on the machine. It takes the time itself, and saves it as a record.
 */
const NAME = `bench-${randomBytes(4).toString('hex')}`;
const WAIT_MS = 180_000;

const functionOf = (total, batch) => `module.exports.default = { type: 'sync', exec: async (nango) => {
  const record = (n) => ({ id: 'r' + n, name: 'record ' + n, email: 'user' + n + '@example.com', n: n + 7, active: n % 2 === 0 });
  const save = async () => {
    const start = Date.now();
    for (let from = 0; from < ${total}; from += ${batch})
      await nango.batchSave(Array.from({ length: ${batch} }, (_, i) => record(from + i)), 'Item');
    return Date.now() - start;
  };
  const fresh = await save();
  const unchanged = await save();
  await nango.batchSave([{ id: 'timing', fresh, unchanged }], 'Timing');
} };`;

async function deploy(target, connections, js) {
  await post(target, '/integrations', { provider: 'private-api-bearer', unique_key: NAME });
  for (let n = 0; n < connections; n++) {
    await post(target, '/connections', {
      provider_config_key: NAME,
      connection_id: `${NAME}-${n}`,
      credentials: { type: 'API_KEY', apiKey: 'key' },
      connection_config: { base_url: 'http://127.0.0.1:9' },
    });
  }
  const flow = {
    type: 'sync',
    syncName: 'bulk',
    providerConfigKey: NAME,
    models: ['Item', 'Timing'],
    runs: 'every day',
    auto_start: false,
    track_deletes: false,
    sync_type: 'full',
    metadata: { description: 'bulk', scopes: [] },
    fileBody: { js, ts: '// bulk' },
    endpoints: [],
    version: '',
    models_json_schema: { definitions: { Item: { type: 'object' }, Timing: { type: 'object' } } },
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

/** Runs the sync of one connection; answers the milliseconds it took for new and for unchanged records. */
async function runOnce(target, connection) {
  const connectionId = `${NAME}-${connection}`;
  await post(target, '/sync/trigger', { syncs: ['bulk'], provider_config_key: NAME, connection_id: connectionId });
  const headers = { authorization: `Bearer ${target.key}`, 'connection-id': connectionId, 'provider-config-key': NAME };
  for (const until = Date.now() + WAIT_MS; Date.now() < until; await delay(250)) {
    const response = await fetch(`${target.base}/records?model=Timing`, { headers });
    if (!response.ok) throw new Error(`GET /records answered ${response.status}: ${await response.text()}`);
    const [timing] = (await response.json()).records;
    if (timing) return timing;
  }
  throw new Error('the sync did not end in time');
}

/**
 * Rounds of a plain insert and of a sync, in turns on the same PostgreSQL.
 * @param {(databaseUrl: string) => Promise<number>} plainInsert the baseline's records per second
 */
export async function throughRunner({ total, batch, rounds, plainInsert }) {
  const target = await fairlead();
  try {
    await deploy(target, rounds, functionOf(total, batch));
    const figures = { plain: [], fresh: [], unchanged: [] };
    for (let n = 0; n < rounds; n++) {
      figures.plain.push(await plainInsert(target.databaseUrl));
      const { fresh, unchanged } = await runOnce(target, n);
      figures.fresh.push((total / fresh) * 1000);
      figures.unchanged.push((total / unchanged) * 1000);
    }
    return figures;
  } finally {
    await target.stop();
  }
}
