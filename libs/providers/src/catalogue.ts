import { Logger } from '@nestjs/common';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, messageOf } from '#libs/kernel';
import { buildCatalogue, type CatalogueFile } from './domain/build-catalogue.js';
import type { Provider } from './domain/entry.js';

/** Beside `src`, in the source tree as in the built one. */
const OWN_FILES = fileURLToPath(new URL('../data', import.meta.url));
const CATALOGUE_FILE = /\.(ya?ml|json)$/;

/** The providers Fairlead knows. Entries are shared by all readers: never change one. */
export class Catalogue {
  constructor(private readonly providers: ReadonlyMap<string, Provider>) {}

  /**
   * Reads the built-in entries, then those of a file or folder, which add to them and replace them. Entries that are wrong are
   * named in the log and left out.
   * @throws ConfigError when the path cannot be read
   */
  static async load(path?: string): Promise<Catalogue> {
    const files = [...(await filesOf(OWN_FILES)), ...(path === undefined ? [] : await customFiles(path))];
    const { providers, problems } = buildCatalogue(files);
    const log = new Logger(Catalogue.name);
    for (const problem of problems) log.warn(`left out of the provider catalogue: ${problem}`);
    return new Catalogue(providers);
  }

  /** A provider by its key, such as `github-pat`; aliases are resolved. */
  get(name: string): Provider | undefined {
    return this.providers.get(name);
  }

  /** Providers whose key holds a text in any case, by key. */
  list(search = ''): Provider[] {
    const wanted = search.toLowerCase();
    return this.all().filter(({ name }) => name.includes(wanted));
  }

  /** All providers, by key. */
  all(): Provider[] {
    return [...this.providers.values()];
  }
}

async function customFiles(path: string): Promise<CatalogueFile[]> {
  try {
    return (await stat(path)).isDirectory() ? await filesOf(path) : [await fileAt(path)];
  } catch (error) {
    throw new ConfigError(`NANGO_PROVIDERS_PATH: cannot read ${path}: ${messageOf(error)}`);
  }
}

async function filesOf(folder: string): Promise<CatalogueFile[]> {
  const names = (await readdir(folder)).filter((name) => CATALOGUE_FILE.test(name)).toSorted();
  return Promise.all(names.map((name) => fileAt(join(folder, name))));
}

const fileAt = async (path: string): Promise<CatalogueFile> => ({ name: basename(path), text: await readFile(path, 'utf8') });
