import { resolve } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { at, nodeProgram } from './setup/place.mjs';
import { run, signalChildren } from './setup/run.mjs';

/**
 * `npm run compat:functions -- FOLDER`: runs the functions of a project against their recorded upstream calls. The program itself is
 * `test/compat/recorded/main.ts`; test/compat/README.md says what it takes.
 */
const FROM_SOURCES = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning', '--import'];

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signalChildren(signal));
await main(async () => {
  await ensureInstalled(console.log, at('test/compat'));
  await ensureBuilt(console.log);
  // Paths are meant from where the caller is.
  const given = process.argv.slice(2).map((argument, n) => (n === 0 && !argument.startsWith('-') ? resolve(argument) : argument));
  const program = [at('test/compat/recorded/resolve-sources.mjs'), at('test/compat/recorded/main.ts')];
  process.exitCode = await run(nodeProgram(), [...FROM_SOURCES, ...program, ...given]);
});
