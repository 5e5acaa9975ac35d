import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { builtDigest, noteBuilt, sourceDigest } from './setup/build-state.mjs';
import { main } from './setup/main.mjs';
import { at, nodeProgram, SetupError } from './setup/place.mjs';
import { run } from './setup/run.mjs';
import { takeTurns } from './setup/take-turns.mjs';

/** Builds `dist` unless it is what the sources say already. */
export async function ensureBuilt(say) {
  if (builtDigest() === sourceDigest()) return;
  await takeTurns(say, async () => {
    if (builtDigest() !== sourceDigest()) await build(say);
  });
}

async function build(say) {
  say('building');
  const digest = sourceDigest();
  // What the compiler believes to have written already must still be there.
  if (!builtDigest())
    for (const name of ['tsconfig.build.tsbuildinfo', 'tsconfig.tsbuildinfo']) rmSync(at('dist', name), { force: true });
  await step('the TypeScript compiler', [at('node_modules/typescript-7/bin/tsc'), '-p', 'tsconfig.build.json']);
  for (const lib of readdirSync(at('libs'))) {
    for (const folder of ['data', 'locales', 'logos'].filter((name) => existsSync(at('libs', lib, name))))
      cpSync(at('libs', lib, folder), at('dist/libs', lib, folder), { recursive: true });
  }
  for (const folder of ['libs', 'apps']) {
    for (const name of readdirSync(at(folder))) await runBuilders(`${folder}/${name}`);
  }
  noteBuilt(digest);
}

/** What the compiler does not make: a lib's or an app's own builders. */
async function runBuilders(folder) {
  const builders = readdirSync(at(folder)).filter((name) => /^build-.*\.mjs$/.test(name));
  for (const builder of builders) await step(`${folder}/${builder}`, [at(folder, builder)]);
}

async function step(name, args) {
  const code = await run(nodeProgram(), args);
  if (code !== 0) throw new SetupError(`the build failed: ${name} ended with ${code}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(() => takeTurns(console.log, () => build(console.log)));
