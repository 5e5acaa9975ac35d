import { readCatalogueFiles, readOwnFiles } from './catalogue-files.js';
import { buildCatalogue } from './domain/build-catalogue.js';
import type { CatalogueFile } from './domain/catalogue-file.js';
import { lintEntry } from './domain/lint-entry.js';

export interface LintReport {
  readonly entries: number;
  /** File, entry, field and cure, one sentence each. */
  readonly problems: readonly string[];
}

/**
 * Checks the built-in catalogue, or files and folders that are to be put on top of it (spec/auth.md §1.5).
 * @throws ConfigError when a path cannot be read
 */
export async function lintFiles(paths: readonly string[]): Promise<LintReport> {
  const own = await readOwnFiles();
  if (paths.length === 0) return lint(own, []);
  const given = await Promise.all(paths.map((path) => readCatalogueFiles(path, 'providers:check')));
  return lint(given.flat(), own);
}

/** @param below files whose entries the checked ones may build on */
function lint(checked: readonly CatalogueFile[], below: readonly CatalogueFile[]): LintReport {
  const { providers, sources, problems } = buildCatalogue([...below, ...checked]);
  const keys = new Set(checked.flatMap(({ entries }) => entries.map(([key]) => key)));
  const linted = [...providers.values()].filter(({ name }) => keys.has(name));
  const broken = linted.flatMap((provider) => {
    const { file, isAlias } = sources.get(provider.name)!;
    return lintEntry(provider, { isAlias }).map(({ field, problem }) => `${file}: ${provider.name}: ${field}: ${problem}`);
  });
  return { entries: linted.length, problems: [...problems, ...broken] };
}
