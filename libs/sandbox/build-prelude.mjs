import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

/**
 * Bundles the code every isolate starts with into one script. zod's translations stay out, since every isolate holds the prelude in
 * memory: messages are English, and another language is refused by name.
 */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const englishOnly = {
  name: 'english-only',
  setup(bundler) {
    bundler.onLoad({ filter: /zod-functions\/v4\/locales\/index\.js$/ }, ({ path }) => {
      const names = [...readFileSync(path, 'utf8').matchAll(/default as (\w+)/g)].map(([, name]) => name);
      const refused = names.filter((name) => name !== 'en').map((name) => `export const ${name} = refuse('${name}');`);
      const refuse = `const refuse = (name) => () => {
        throw new Error('the locale ' + name + ' of zod is not available to functions: messages are English');
      };`;
      return { contents: [`export { default as en } from './en.js';`, refuse, ...refused].join('\n'), loader: 'js' };
    });
  },
};

/** What all builds have in common. */
const options = {
  bundle: true,
  format: 'iife',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['import', 'default'],
  target: 'es2023',
  minify: true,
  legalComments: 'none',
  define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
};

/** A module of which nothing is evaluated, nor made, before its function is called: the function holds a bundle of its own. */
const onDemand = (filter, name) => ({
  name: 'on-demand',
  setup(bundler) {
    bundler.onLoad({ filter }, async ({ path }) => {
      const { outputFiles } = await build({
        ...options,
        entryPoints: [path],
        globalName: 'made',
        plugins: [englishOnly],
        write: false,
      });
      return { contents: `export function ${name}() { ${outputFiles[0].text}\nreturn made.${name}(); }`, loader: 'js' };
    });
  },
});

await build({
  ...options,
  entryPoints: [here('prelude/main.ts')],
  outfile: here('../../dist/libs/sandbox/prelude.js'),
  plugins: [onDemand(/prelude\/zod\.ts$/, 'makeZod')],
});
