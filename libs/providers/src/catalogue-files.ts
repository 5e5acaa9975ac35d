import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, messageOf } from '#libs/kernel';
import { type CatalogueFile, catalogueFile, parseCatalogueFile } from './domain/catalogue-file.js';

/** Beside `src`, in the source tree as in the built one. */
const OWN_FILES = fileURLToPath(new URL('../data', import.meta.url));
const CATALOGUE_FILE = /\.(ya?ml|json)$/;

/** Made of the built-in files when they are built (`build-bundle.mjs`). */
const BUNDLE = 'bundle.json';

/** The built-in catalogue: one file a provider, or all of them bundled where they were built. */
export async function readOwnFiles(): Promise<CatalogueFile[]> {
  const bundle = join(OWN_FILES, BUNDLE);
  if (!existsSync(bundle)) return filesOf(OWN_FILES);
  const files = JSON.parse(await readFile(bundle, 'utf8')) as Record<string, unknown>;
  return Object.entries(files).map(([name, content]) => catalogueFile(name, content));
}

/**
 * A catalogue file, or all of a folder.
 * @param from where the path was named
 * @throws ConfigError when it cannot be read
 */
export async function readCatalogueFiles(path: string, from: string): Promise<CatalogueFile[]> {
  try {
    return (await stat(path)).isDirectory() ? await filesOf(path) : [await fileAt(path)];
  } catch (error) {
    throw new ConfigError(`${from}: cannot read ${path}: ${messageOf(error)}`);
  }
}

async function filesOf(folder: string): Promise<CatalogueFile[]> {
  const names = (await readdir(folder)).filter((name) => CATALOGUE_FILE.test(name)).toSorted();
  return Promise.all(names.map((name) => fileAt(join(folder, name))));
}

const fileAt = async (path: string): Promise<CatalogueFile> => parseCatalogueFile(basename(path), await readFile(path, 'utf8'));
