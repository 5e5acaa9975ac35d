import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { main } from './setup/main.mjs';

/**
 * `npm run chaos -- refresh [--rounds N] [--callers N] [--seed N] [--in-process]`: breaks things on purpose, at moments that a seed decides, and checks
 * that nothing is lost. Exits 1 when something was, naming the round and its seed. With `--in-process` the servers renew tokens themselves,
 * without the keeper that outlives them: what is lost then shows what it is for.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '200' },
    callers: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'in-process': { type: 'boolean', default: false },
  },
});

const { 'in-process': inProcess, ...given } = values;
const numbers = Object.entries(given).map(([name, text]) => [name, Number(text)]);
const wrong = numbers.find(([, value]) => !Number.isSafeInteger(value) || value < 1);
if (positionals[0] !== 'refresh' || wrong) {
  console.error(wrong ? `--${wrong[0]} must be a positive whole number` : 'which one?');
  console.error('npm run chaos -- refresh [--rounds N] [--callers N] [--seed N] [--in-process]');
  process.exit(2);
}

await main(async () => {
  await ensureInstalled(console.log);
  await ensureBuilt(console.log);
  const { raceWithOwnStores } = await import('./chaos/refresh.mjs');
  const { failures } = await raceWithOwnStores({ ...Object.fromEntries(numbers), inProcess, say: console.log });
  process.exitCode = failures.length > 0 ? 1 : 0;
});
