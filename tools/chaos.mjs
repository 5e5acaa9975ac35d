import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { main } from './setup/main.mjs';

/**
 * Breaks things on purpose, at moments that a seed decides, and checks that nothing is lost. Exits 1 when something was, naming the seed.
 *
 * `npm run chaos [-- --seed N --seconds N --rounds N --outage STORE:SECONDS --report FILE]`: the engine under load, replicas and stores
 * killed, stopped and cut off (docs/reliability.md); rounds go by seeds that follow each other, and the last report is written into FILE.
 * `npm run chaos -- --sabotage NAME|all`: the same on a copy that was broken on purpose. Exits 1 when no invariant tells of it.
 * `npm run chaos -- refresh [--rounds N] [--callers N] [--seed N] [--in-process]`: the refresh race. With `--in-process` the servers renew tokens
 * themselves, without the keeper that outlives them: what is lost then shows what it is for.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    callers: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'in-process': { type: 'boolean', default: false },
    report: { type: 'string' },
    outage: { type: 'string', multiple: true, default: [] },
    sabotage: { type: 'string' },
  },
});

const [kind = 'engine'] = positionals;
const ROUNDS = { engine: '1', refresh: '200' };
const { 'in-process': inProcess, report, outage, sabotage, ...given } = { ...values, rounds: values.rounds ?? ROUNDS[kind] };
const numbers = Object.entries(given).map(([name, text]) => [name, Number(text)]);

function problem() {
  if (!(kind in ROUNDS)) return 'which one?';
  const wrong = numbers.find(([, value]) => !Number.isSafeInteger(value) || value < 1);
  if (wrong) return `--${wrong[0]} must be a positive whole number`;
  const unclear = outage.find((text) => !/^(redis|postgres):[1-9]\d*$/.test(text));
  return unclear && `--outage ${unclear}: say redis:SECONDS or postgres:SECONDS`;
}

if (problem()) {
  console.error(problem());
  console.error('npm run chaos [-- --seed N --seconds N --rounds N --outage redis|postgres:SECONDS --report FILE]');
  console.error('npm run chaos -- --sabotage NAME|all [--seed N --seconds N --rounds N]');
  console.error('npm run chaos -- refresh [--rounds N] [--callers N] [--seed N] [--in-process]');
  process.exit(2);
}

const options = { ...Object.fromEntries(numbers), say: console.log };
const outages = outage.map((text) => text.split(':')).map(([store, seconds]) => ({ store, seconds: Number(seconds) }));

async function sabotages() {
  const { sabotageRounds } = await import('./chaos/engine/rounds.mjs');
  const { SABOTAGES } = await import('./chaos/engine/sabotages.mjs');
  const names = sabotage === 'all' ? Object.keys(SABOTAGES) : [sabotage];
  const unknown = names.find((name) => !(name in SABOTAGES));
  if (unknown === undefined) return sabotageRounds({ ...options, names });
  console.error(`there is no sabotage ${unknown}; there are: ${Object.keys(SABOTAGES).join(', ')}`);
  return false;
}

const KINDS = {
  async engine() {
    if (sabotage !== undefined) return sabotages();
    const { chaosRounds } = await import('./chaos/engine/rounds.mjs');
    return chaosRounds({ ...options, outages, reportFile: report });
  },
  async refresh() {
    const { raceWithOwnStores } = await import('./chaos/refresh.mjs');
    const { failures } = await raceWithOwnStores({ ...options, inProcess });
    return failures.length === 0;
  },
};

await main(async () => {
  await ensureInstalled(console.log);
  await ensureBuilt(console.log);
  process.exitCode = (await KINDS[kind]()) ? 0 : 1;
});
