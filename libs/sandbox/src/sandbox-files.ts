import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a sandbox process is started from, and may read: built JavaScript, since a child process cannot run TypeScript sources. */
export interface SandboxFiles {
  /** Runs executions; takes `ChildOptions` as JSON in its only argument (spec/sandbox.md §4.1). */
  readonly entry: string;
  /** Takes snapshots (spec/sandbox.md §4.2) and ends: is sent a `SnapshotRequest`, sends a `SnapshotAnswer`. */
  readonly snapshotEntry: string;
  readonly prelude: string;
  /** Folders and files the processes need; none holds data of anybody. */
  readonly readable: readonly string[];
}

const MODULES = ['isolated-vm', 'node-gyp-build', 'lru-cache'];
/** By which node-gyp-build tells which prebuilt addon to load. */
const SYSTEM_MARK = '/etc/alpine-release';

/** @throws Error where nothing was built yet */
export function sandboxFiles(): SandboxFiles {
  const roots = ['./', '../../../dist/libs/sandbox/src/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const root = roots.find((path) => existsSync(join(path, 'child/main.js')));
  if (!root) throw new Error('the sandbox is not built: run `npm run build`');
  const lib = dirname(join(root, '.'));
  return {
    entry: join(root, 'child/main.js'),
    snapshotEntry: join(root, 'child/snapshot-main.js'),
    prelude: join(lib, 'prelude.js'),
    readable: [
      SYSTEM_MARK,
      lib,
      ...above(lib, 'package.json'),
      ...above(lib, 'node_modules').filter((path) => lstatSync(path).isSymbolicLink()),
      ...MODULES.flatMap((name) => moduleFolders(lib, name)),
    ],
  };
}

/** A module's folder as it is found, and as it is where that is a link. */
function moduleFolders(from: string, name: string): string[] {
  const [folder] = above(from, join('node_modules', name));
  if (!folder) throw new Error(`${name} is not installed`);
  return [...new Set([folder, realpathSync(folder)])];
}

/** Every path of this name in a folder or in one above it, nearest first. */
function above(folder: string, name: string): string[] {
  const parent = dirname(folder);
  const here = join(folder, name);
  return [...(existsSync(here) ? [here] : []), ...(parent === folder ? [] : above(parent, name))];
}
