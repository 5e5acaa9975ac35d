import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';

/**
 * Builds the page the server serves, each script and style sheet beside its compressed forms. It is made aside and put in place whole: a
 * server may start at any time.
 */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const place = here('../../dist/apps/connect-ui/public');
const aside = `${place}.${process.pid}`;

try {
  await build({ root: here('.'), configFile: here('vite.config.ts'), build: { outDir: aside }, logLevel: 'warn' });
  compressAll(join(aside, 'assets'));
  rmSync(place, { recursive: true, force: true });
  renameSync(aside, place);
} finally {
  rmSync(aside, { recursive: true, force: true });
}

function compressAll(folder) {
  for (const name of readdirSync(folder)) {
    const content = readFileSync(join(folder, name));
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(content));
  }
}
