import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

/**
 * Bundles the code every isolate starts with into one script. zod's translations stay out: messages are English, and the prelude is
 * held in memory by every isolate.
 */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const englishOnly = {
  name: 'english-only',
  setup(bundler) {
    bundler.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: `export { default as en } from './en.js';`,
      loader: 'js',
    }));
  },
};

await build({
  entryPoints: [here('prelude/main.ts')],
  outfile: here('../../dist/libs/sandbox/prelude.js'),
  bundle: true,
  format: 'iife',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['import', 'default'],
  target: 'es2023',
  minify: true,
  legalComments: 'none',
  define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
  plugins: [englishOnly],
  logLevel: 'warning',
});
