import { Logger } from '@nestjs/common';
import { readCatalogueFiles, readOwnFiles } from './catalogue-files.js';
import { buildCatalogue } from './domain/build-catalogue.js';
import type { CatalogueFile } from './domain/catalogue-file.js';
import type { Provider } from './domain/entry.js';

type Providers = ReadonlyMap<string, Provider>;

/** The providers Fairlead knows. Entries are frozen and shared by all readers; one that was read stays as it was. */
export class Catalogue {
  readonly #log = new Logger(Catalogue.name);
  #providers: Providers;
  #version = 0;

  /** @param files what the providers were made of, where files are to be put on top of them */
  constructor(
    providers: Providers,
    private readonly files: readonly CatalogueFile[] = [],
  ) {
    this.#providers = providers;
  }

  /**
   * Reads the built-in entries, then those of a file or folder, which add to them and replace them. Entries that are wrong are
   * named in the log and left out.
   * @throws ConfigError when the path cannot be read
   */
  static async load(path?: string): Promise<Catalogue> {
    const catalogue = new Catalogue(new Map(), [
      ...(await readOwnFiles()),
      ...(path === undefined ? [] : await readCatalogueFiles(path, 'NANGO_PROVIDERS_PATH')),
    ]);
    catalogue.#build(catalogue.files);
    return catalogue;
  }

  /** How often the catalogue was replaced: what was made from it is good for as long as this stays the same. */
  get version(): number {
    return this.#version;
  }

  /** A provider by its key, such as `github-pat`; aliases are resolved. */
  get(name: string): Provider | undefined {
    return this.#providers.get(name);
  }

  /** Providers whose key holds a text in any case, by key. */
  list(search = ''): Provider[] {
    const wanted = search.toLowerCase();
    return this.all().filter(({ name }) => name.includes(wanted));
  }

  /** All providers, by key. */
  all(): Provider[] {
    return [...this.#providers.values()];
  }

  /** Puts a file on top of those the catalogue was loaded from, in place of the file that was put there before. */
  overlay(file: CatalogueFile): void {
    this.#build([...this.files, file]);
  }

  #build(files: readonly CatalogueFile[]): void {
    const { providers, problems } = buildCatalogue(files);
    for (const problem of problems) this.#log.warn(`left out of the provider catalogue: ${problem}`);
    this.#providers = providers;
    this.#version += 1;
  }
}
