import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { releaseStores, shareStores } from '#libs/testing';
import { runCli } from '../cli.js';
import { Deployer } from './deployer.js';
import { Harness } from './harness.js';
import { lendPackages } from './packages.js';
import { type Integration, readFunctions, readIntegrations, type RecordedFunction } from './project.js';
import { isGood, type Ran, reportOf } from './report.js';

/** `npm run compat:functions -- FOLDER`: runs every function of a project against its recording. See test/compat/README.md. */
const USAGE = 'usage: npm run compat:functions -- FOLDER [--only PATTERN] [--jobs N] [--json FILE]';
const NOWHERE = { baseUrl: 'http://127.0.0.1:9', secretKey: 'none' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, jobs: { type: 'string', default: '4' }, json: { type: 'string' } },
});
const [given] = positionals;
if (given === undefined || positionals.length > 1 || !/^[1-9]\d*$/.test(values.jobs)) {
  console.error(USAGE);
  process.exit(2);
}
const folder = resolve(given);

await compile();
const wanted = wantedOf(readIntegrations(folder));
const functions = readFunctions(folder).filter(isWanted);
console.log(`${functions.length} functions of ${wanted.length} integrations`);
const ran = await runAll(functions, wanted);
console.log(reportOf(ran));
if (values.json)
  writeFileSync(values.json, JSON.stringify(ran.map(({ fn: { recording: _own, ...fn }, ...result }) => ({ ...fn, ...result }))));
process.exitCode = isGood(ran) ? 0 : 1;

/** By the published CLI, unless that was done before. */
async function compile(): Promise<void> {
  if (existsSync(`${folder}/.nango/nango.json`) && existsSync(`${folder}/build`)) return;
  const takeBack = lendPackages(folder);
  const { exitCode, output } = await runCli(NOWHERE, ['compile'], folder).finally(takeBack);
  if (exitCode === 0) return;
  console.error(`${folder} cannot be compiled:\n${output}`);
  process.exit(1);
}

function isWanted({ integration, kind, name }: Pick<RecordedFunction, 'integration' | 'kind' | 'name'>): boolean {
  return values.only === undefined || new RegExp(values.only).test(`${integration}/${kind}s/${name}`);
}

/** Integrations with what is wanted of them. */
function wantedOf(integrations: readonly Integration[]): Integration[] {
  return integrations
    .map(({ providerConfigKey: integration, syncs, actions, onEventScripts }) => ({
      providerConfigKey: integration,
      syncs: syncs.filter(({ name }) => isWanted({ integration, kind: 'sync', name })),
      actions: actions.filter(({ name }) => isWanted({ integration, kind: 'action', name })),
      onEventScripts: Object.fromEntries(
        Object.entries(onEventScripts).map(([event, names]) => [
          event,
          names.filter((name) => isWanted({ integration, kind: 'on-event', name })),
        ]),
      ),
    }))
    .filter(
      ({ syncs, actions, onEventScripts }) => syncs.length + actions.length + Object.values(onEventScripts).flat().length > 0,
    );
}

async function runAll(all: readonly RecordedFunction[], integrations: readonly Integration[]): Promise<Ran[]> {
  const { databaseUrl } = await shareStores();
  const names = integrations.map(({ providerConfigKey }) => providerConfigKey);
  const harness = await Harness.start({ databaseUrl, integrations: names, startsItself: false });
  try {
    await harness.integrate(names);
    const deployer = new Deployer(harness.customer, folder, integrations);
    await deployer.all();
    const queue = all.values();
    const results: Ran[] = [];
    const work = async () => {
      for (const fn of queue) results.push({ fn, ...(await harness.run(fn, deployer)) });
    };
    await Promise.all(Array.from({ length: Number(values.jobs) }, work));
    return results;
  } finally {
    await harness.stop();
    await releaseStores();
  }
}
