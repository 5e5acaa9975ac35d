import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { closing } from './closing-line.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { at, nodeProgram, SetupError } from './setup/place.mjs';
import { run, signalChildren } from './setup/run.mjs';
import { takeTurns } from './setup/take-turns.mjs';

/**
 * `npm test`: makes everything ready and runs all tests; further arguments go to vitest. `--split` runs the end-to-end tests against five
 * separate processes instead of one, `--pooled` with PgBouncer between the services and Postgres. The last line says how many passed.
 */
const NO_TESTS_RAN = { passed: 0, skipped: 0, unstable: [], failures: ['FAILED before any test ran'] };
const MODES = { '--split': { FAIRLEAD_E2E_MODE: 'split' }, '--pooled': { FAIRLEAD_E2E_POOLED: 'true' } };
const modes = process.argv.filter((arg) => arg in MODES);
const args = process.argv.slice(2).filter((arg) => !(arg in MODES));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signalChildren(signal) || process.exit(1));

try {
  await takeTurns(console.log, async () => {
    await ensureInstalled(console.log);
    await ensureInstalled(console.log, at('test/compat'));
  });
  await ensureBuilt(console.log);
  process.exitCode = await runVitest();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  finishUncounted();
}

/** A vitest that dies before it reports must not look like one that had nothing to do. */
async function runVitest() {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-counts-'));
  const counts = join(folder, 'counts');
  writeFileSync(counts, '');
  const code = await run(nodeProgram(), vitestArgs(), {
    env: { ...process.env, FAIRLEAD_COUNTS_FILE: counts, ...Object.assign({}, ...modes.map((mode) => MODES[mode])) },
  });
  const counted = readFileSync(counts, 'utf8');
  rmSync(folder, { recursive: true });
  if (counted === '') return finishUncounted();
  if (process.env.FAIRLEAD_COUNTS_FILE) writeFileSync(process.env.FAIRLEAD_COUNTS_FILE, counted, { flag: 'a' });
  return code;
}

function vitestArgs() {
  const reporters = ['--reporter=default', `--reporter=${at('tools/closing-line.mjs')}`];
  return [at('node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...(modes.length > 0 ? ['--project', 'e2e*'] : []), ...args];
}

function finishUncounted() {
  if (process.env.FAIRLEAD_COUNTS_FILE)
    writeFileSync(process.env.FAIRLEAD_COUNTS_FILE, `${JSON.stringify(NO_TESTS_RAN)}\n`, { flag: 'a' });
  console.log(closing(NO_TESTS_RAN));
  process.exitCode = 1;
  return 1;
}
