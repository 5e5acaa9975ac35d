import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
/** Those of the published CLI count before ours, which has what functions may import besides. */
const SOURCES = [pathOf('../node_modules'), pathOf('../../../node_modules')];
const ALLOWED = ['soap', 'unzipper', '@types/unzipper'];

/**
 * Lends a project what functions may import, while it is compiled, where it was not installed.
 * @returns what takes it back
 */
export function lendPackages(folder: string): () => void {
  const target = join(folder, 'node_modules');
  if (existsSync(target) || isWithinReach(folder)) return () => {};
  mkdirSync(target);
  for (const name of [...packagesIn(SOURCES[0] ?? ''), ...ALLOWED]) {
    const source = SOURCES.map((one) => join(one, name)).find((one) => existsSync(one));
    const link = join(target, name);
    if (!source || existsSync(link)) continue;
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(source, link);
  }
  return () => rmSync(target, { recursive: true });
}

function isWithinReach(folder: string): boolean {
  try {
    createRequire(join(folder, 'index.ts')).resolve('zod');
    return true;
  } catch {
    return false;
  }
}

const packagesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => (name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : name));
