import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newStackSecrets } from '#libs/embedded';
import { openLink } from './link.mjs';
import { at } from '../../setup/place.mjs';
import { ownPort } from './ports.mjs';
import { Replica } from './replica.mjs';
import { startStores } from './stores.mjs';

const PORT_OF = {
  server: 'SERVER_PORT',
  orchestrator: 'NANGO_ORCHESTRATOR_PORT',
  jobs: 'NANGO_JOBS_PORT',
  persist: 'NANGO_PERSIST_PORT',
  runner: 'NANGO_RUNNER_PORT',
};
const URL_OF = {
  server: ['SERVER_SERVICE_URL', 'NANGO_SERVER_URL'],
  orchestrator: ['ORCHESTRATOR_SERVICE_URL'],
  jobs: ['JOBS_SERVICE_URL'],
  persist: ['PERSIST_SERVICE_URL'],
  runner: ['RUNNER_SERVICE_URL'],
};
const serviceOf = (name) => name.replace(/-\d+$/, '');
const url = (port) => `http://127.0.0.1:${port}`;
const through = (address, port) => Object.assign(new URL(address), { port: String(port) }).href;

/**
 * A whole Fairlead from `dist` on stores of its own: every process reaches each store by a link of its own, and services reach each other by a
 * balancer before their replicas.
 * @param {{ replicas: readonly string[], build?: string, env?: Record<string, string>, linked?: boolean, say: (line: string) => void }} options
 *   build: folder that holds the `dist` to run; linked: false for one replica of each service without links and balancers, which cost what is
 *   to be measured
 */
export async function startEngine({ replicas, build = at(), env = {}, linked = true, say }) {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-chaos-'));
  mkdirSync(join(folder, 'objects'));
  const secrets = newStackSecrets();
  const stores = await startStores(secrets, say);
  const all = new Map();
  const ports = new Map();
  for (const name of replicas) ports.set(name, await ownPort());
  const balancers = linked ? await balance(all) : {};
  const ways = linked ? portsOf(balancers) : Object.fromEntries([...ports].map(([name, port]) => [serviceOf(name), port]));
  const shared = { ...commonEnv(folder, secrets), ...addresses(ways), ...env };
  for (const [name, port] of ports)
    all.set(name, await replicaOf(name, port, { build, folder, secrets, stores, shared, linked }));
  const engine = {
    folder,
    stores,
    secrets,
    replicas: all,
    balancers,
    baseUrl: url(ways.server),
    async stop({ keepLogs = false } = {}) {
      await Promise.all([...all.values()].map((replica) => replica.stop()));
      await Promise.all(Object.values(balancers).map((link) => link.close()));
      await stores.stop();
      if (!keepLogs) rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await migrate(all.get('server'), build, folder);
    for (const replica of all.values()) await replica.start();
    for (const replica of all.values()) await replica.untilReady();
  } catch (error) {
    await engine.stop({ keepLogs: true });
    throw error;
  }
  return engine;
}

async function balance(all) {
  const links = {};
  for (const service of Object.keys(PORT_OF)) {
    const targets = () =>
      [...all.values()].filter(({ name, isUp }) => isUp && serviceOf(name) === service).map(({ port }) => port);
    links[service] = await openLink(targets);
  }
  return links;
}

const portsOf = (links) => Object.fromEntries(Object.entries(links).map(([name, { port }]) => [name, port]));

const addresses = (ways) =>
  Object.fromEntries(Object.entries(URL_OF).flatMap(([service, names]) => names.map((name) => [name, url(ways[service])])));

function commonEnv(folder, { FAIRLEAD_EXECUTION_PUBLIC_KEY }) {
  const { PATH, HOME, TMPDIR } = process.env;
  return {
    PATH,
    HOME,
    ...(TMPDIR ? { TMPDIR } : {}),
    LOG_LEVEL: 'info',
    FAIRLEAD_HOST: '127.0.0.1',
    FAIRLEAD_EXECUTION_PUBLIC_KEY,
    FLAG_SERVE_CONNECT_UI: 'false',
    NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: '[]',
    NANGO_OUTBOUND_URL_POLICY: '{"mode":"permissive","blockPrivateIps":false}',
  };
}

async function replicaOf(name, port, { build, folder, secrets, stores, shared, linked }) {
  const service = serviceOf(name);
  const { postgresPassword: _postgres, redisPassword: _redis, ...variables } = secrets;
  const own = { ...shared, [PORT_OF[service]]: String(port) };
  const plan = { name, port, entry: join(build, 'dist/apps', service, 'src/main.js'), logFile: join(folder, `${name}.log`) };
  // No store, no private key: what the real runner gets.
  if (service === 'runner') return new Replica({ ...plan, env: own, links: {} });
  const links = linked ? await linksTo(stores) : {};
  const reach = (store) => (linked ? through(stores[store].url, links[store].port) : stores[store].url);
  return new Replica({
    ...plan,
    links,
    env: {
      ...own,
      ...variables,
      NANGO_DATABASE_URL: reach('postgres'),
      RECORDS_DATABASE_URL: reach('postgres'),
      NANGO_REDIS_URL: reach('redis'),
      FAIRLEAD_OBJECTS_PATH: join(folder, 'objects'),
      FAIRLEAD_DATA_DIR: folder,
    },
  });
}

const linksTo = async (stores) => ({
  postgres: await openLink(() => [stores.postgres.port]),
  redis: await openLink(() => [stores.redis.port]),
});

async function migrate({ env }, build, folder) {
  const migration = new Replica({
    name: 'migrate',
    entry: join(build, 'dist/apps/server/src/migrate.js'),
    env,
    links: {},
    logFile: join(folder, 'migrate.log'),
  });
  const code = await migration.runToEnd();
  if (code !== 0) throw new Error(`the migration ended with ${code}; see ${folder}/migrate.log`);
}
