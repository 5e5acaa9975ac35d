import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ensureBuilt } from './build.mjs';
import { main } from './setup/main.mjs';
import { at } from './setup/place.mjs';

/**
 * `npm run gen`: writes the files that are made from the sources. With `--check` nothing is written: it fails where one differs.
 * A generator is a module in `tools/gen/` whose default export answers the files it makes: `{ path: content }`.
 */
const GENERATORS = ['configuration', 'errors', 'metrics', 'queues'];
const check = process.argv.includes('--check');

await main(async () => {
  await ensureBuilt(console.log);
  let stale = 0;
  for (const name of GENERATORS) {
    const { default: generate } = await import(`./gen/${name}.mjs`);
    for (const [path, content] of Object.entries(await generate())) stale += bringUpToDate(path, content);
  }
  if (check && stale > 0) process.exitCode = 1;
});

/** Answers 1 where the file was not what it should be. */
function bringUpToDate(path, content) {
  if (existsSync(at(path)) && readFileSync(at(path), 'utf8') === content) return 0;
  console.log(check ? `${path} is not what the sources say: run \`npm run gen\`` : `wrote ${path}`);
  if (!check) writeFileSync(at(path), content);
  return 1;
}
