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
  const program = [at('test/compat/recorded/resolve-sources.mjs'), at('test/compat/recorded/main.ts')];
  // Paths are meant from where the caller is, which npm leaves.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  process.exitCode = await run(nodeProgram(), [...FROM_SOURCES, ...program, ...process.argv.slice(2)], { cwd });
});
