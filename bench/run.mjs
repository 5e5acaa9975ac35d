import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * `npm run bench -- NAME [--seconds N] [--calls N] [--depth N] [--sync N] [--json FILE]`: measures one hot path beside a named baseline in the same run and prints a table.
 * Ratios are what counts: machines differ and are noisy.
 */
const BENCHES = ['proxy', 'connections', 'action', 'isolate', 'records', 'rewrap', 'schedules', 'fairness', 'soak'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '5' },
    calls: { type: 'string' },
    depth: { type: 'string' },
    sync: { type: 'string' },
    json: { type: 'string' },
    minutes: { type: 'string' },
    rate: { type: 'string' },
  },
});
const [name] = positionals;
if (!BENCHES.includes(name)) {
  console.error(`which one? npm run bench -- ${BENCHES.join(' | ')} [--seconds N] [--calls N] [--json FILE]`);
  process.exit(2);
}

// Isolates need a process whose own snapshot Node did not restore.
if (!process.execArgv.includes('--no-node-snapshot')) {
  const again = spawnSync(process.execPath, ['--no-node-snapshot', ...process.argv.slice(1)], { stdio: 'inherit' });
  process.exit(again.status ?? 1);
}

const { run } = await import(`./${name}.mjs`);
const counts = ['calls', 'depth', 'sync', 'minutes', 'rate']
  .filter((option) => values[option])
  .map((option) => [option, Number(values[option])]);
const figures = await run({ seconds: Number(values.seconds), ...Object.fromEntries(counts) });
if (values.json) writeFileSync(values.json, `${JSON.stringify({ name, figures }, null, 2)}\n`);
process.exit(0);
