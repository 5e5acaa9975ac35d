import { ensureBuilt } from './build.mjs';
import { main } from './setup/main.mjs';
import { at, SetupError } from './setup/place.mjs';

/**
 * `npm run providers:check [-- path…]`: checks the built-in provider catalogue, or files and folders that are to be put on top of it.
 * Every problem names its file, entry, field and cure; with one, the exit code is 1.
 */
await main(async () => {
  await ensureBuilt(console.log);
  const { lintFiles } = await import(at('dist/libs/providers/src/lint-files.js'));
  const { entries, problems } = await lintFiles(process.argv.slice(2)).catch(inOneSentence);
  for (const problem of problems) console.log(problem);
  console.log(`${entries} providers checked, ${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
});

/** A path that cannot be read. */
function inOneSentence(error) {
  throw error.name === 'ConfigError' ? new SetupError(error.message) : error;
}
