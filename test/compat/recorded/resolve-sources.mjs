import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** Lets Node run the harness from its sources, on the libs that are built; what is for tests only never is. */
const root = new URL('../../../', import.meta.url);
const SOURCES = ['test/compat/', 'libs/testing/src/'].map((folder) => new URL(folder, root).href);

registerHooks({
  resolve(specifier, context, next) {
    const lib = /^#libs\/(.+)$/.exec(specifier)?.[1];
    if (lib) return next(doorOf(lib), context);
    const parent = context.parentURL ?? '';
    const isSource =
      specifier.startsWith('.') && SOURCES.some((folder) => parent.startsWith(folder)) && !parent.includes('/node_modules/');
    return next(isSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});

function doorOf(lib) {
  const built = new URL(`dist/libs/${lib}/src/index.js`, root);
  return (existsSync(built) ? built : new URL(`libs/${lib}/src/index.ts`, root)).href;
}
