import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, messageOf } from '#libs/kernel';
import { type CatalogueFile, parseCatalogueFile } from './domain/catalogue-file.js';

/** Beside `src`, in the source tree as in the built one. */
const OWN_FILES = fileURLToPath(new URL('../data', import.meta.url));
const CATALOGUE_FILE = /\.(ya?ml|json)$/;

/** The built-in catalogue: one file a provider. */
export const readOwnFiles = (): Promise<CatalogueFile[]> => filesOf(OWN_FILES);

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
