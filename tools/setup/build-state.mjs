import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { at, root } from './place.mjs';

const stamp = at('dist', '.stamp');
const FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'tools/build.mjs'];
const IGNORED = /(^|\/)(node_modules|generated)\/|spec\.ts$|\.md$/;

/** A digest of everything a build is made from. */
export function sourceDigest() {
  const sources = ['apps', 'libs'].flatMap((folder) =>
    readdirSync(at(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`)
      .filter((path) => !IGNORED.test(path)),
  );
  // In one order, whatever the file system's is.
  sources.sort((a, b) => (a < b ? -1 : 1));
  const digest = createHash('sha256');
  for (const path of [...FILES.map((file) => at(file)), ...sources]) {
    digest.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
  }
  return digest.digest('hex');
}

/** Digest of the sources that `dist` was made from, if it was made whole. */
export function builtDigest() {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return undefined;
  }
}

export const noteBuilt = (digest) => writeFileSync(stamp, digest);
