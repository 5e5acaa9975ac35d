import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';

/** Builds the page the server serves, each script and style sheet beside its compressed forms. */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({ root: here('.'), configFile: here('vite.config.ts'), logLevel: 'warn' });

const assets = here('../../dist/apps/connect-ui/public/assets');
for (const name of readdirSync(assets)) {
  const content = readFileSync(join(assets, name));
  writeFileSync(join(assets, `${name}.br`), brotliCompressSync(content));
  writeFileSync(join(assets, `${name}.gz`), gzipSync(content));
}
