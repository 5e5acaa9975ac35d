import { build } from 'esbuild';
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What the compiler's process reads beside its code: declarations for authors' sources, and the zod their definitions are read with. */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

cpSync(here('types'), here('../../dist/libs/compiler/types'), { recursive: true });
await build({
  stdin: { contents: `export * from 'zod-functions'; export { z } from 'zod-functions';`, resolveDir: here('.') },
  outfile: here('../../dist/libs/compiler/zod.js'),
  bundle: true,
  format: 'iife',
  globalName: 'zod',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2023',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
});
