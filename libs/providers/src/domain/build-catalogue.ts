import type { z } from 'zod';
import type { CatalogueFile, RawEntry } from './catalogue-file.js';
import { catalogueEntry, type CatalogueEntry, type Provider } from './entry.js';
import { templateProblems } from './entry-templates.js';

/** Where an entry comes from. */
export interface EntrySource {
  readonly file: string;
  /** The entry takes what it does not say from another one. */
  readonly isAlias: boolean;
}

export interface BuiltCatalogue {
  /** By key, in the order of keys. Frozen, to the depth of every entry. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly sources: ReadonlyMap<string, EntrySource>;
  /** What was left out: file, entry and field named, with the cure. */
  readonly problems: readonly string[];
}

interface Found {
  readonly file: string;
  readonly entry: RawEntry;
}

/** An entry with the fields of its parents, as it was written and as it was read. */
interface Resolved {
  readonly entry: RawEntry;
  readonly provider: Provider;
  readonly source: EntrySource;
}

/**
 * Makes a catalogue of files. Of two entries with one key the later counts, and the earlier where the later is wrong; what is wrong
 * costs that entry alone.
 */
export function buildCatalogue(files: readonly CatalogueFile[]): BuiltCatalogue {
  const problems = files.flatMap((file) => file.problems);
  const found = new Map<string, Found[]>();
  for (const file of files) {
    for (const [key, entry] of file.entries) found.set(key, [{ file: file.name, entry }, ...(found.get(key) ?? [])]);
  }
  const resolver = new Resolver(found, problems);
  const resolved = [...found.keys()].toSorted().flatMap((key) => resolver.resolve(key, []) ?? []);
  return {
    providers: new Map(resolved.map(({ provider }) => [provider.name, frozen(provider)])),
    sources: new Map(resolved.map(({ provider, source }) => [provider.name, source])),
    problems,
  };
}

/**
 * Merges aliases with their parents (spec/auth.md §1.2): parents of parents too, in whatever order they are written. The merge is
 * shallow: an own `proxy` replaces the parent's as a whole.
 */
class Resolver {
  readonly #known = new Map<string, Resolved | undefined>();

  constructor(
    private readonly found: ReadonlyMap<string, readonly Found[]>,
    private readonly problems: string[],
  ) {}

  /** @param children keys whose parents lead here, to notice circles */
  resolve(key: string, children: readonly string[]): Resolved | undefined {
    if (this.#known.has(key)) return this.#known.get(key);
    let resolved: Resolved | undefined;
    for (const { file, entry } of this.found.get(key) ?? []) {
      const outcome = this.#merge(entry, [...children, key]);
      if (!Array.isArray(outcome)) {
        const source = { file, isAlias: entry['alias'] !== undefined };
        resolved = { entry: outcome.entry, provider: { ...outcome.provider, name: key }, source };
        break;
      }
      this.problems.push(...outcome.map((problem) => `${file}: ${key}: ${problem}`));
    }
    this.#known.set(key, resolved);
    return resolved;
  }

  /** The merged entry, or what is wrong with it. */
  #merge({ alias, ...own }: RawEntry, path: readonly string[]): Read | string[] {
    if (alias === undefined) return validated(own);
    if (typeof alias !== 'string') return ['alias: must be the key of a provider'];
    if (path.includes(alias)) {
      return [`alias: goes round in a circle: ${[...path, alias].join(' → ')}. Let one of them say everything itself`];
    }
    const parent = this.resolve(alias, path);
    if (parent) return validated({ ...parent.entry, ...own });
    return [`alias: there is no usable provider ${alias}: add or correct that entry`];
  }
}

interface Read {
  readonly entry: RawEntry;
  readonly provider: CatalogueEntry;
}

function validated(entry: RawEntry): Read | string[] {
  const parsed = catalogueEntry.safeParse(entry);
  if (!parsed.success) return parsed.error.issues.flatMap(problemsOf);
  const problems = templateProblems(parsed.data).map(({ field, problem }) => `${field}: ${problem}`);
  return problems.length > 0 ? problems : { entry, provider: parsed.data };
}

/** One sentence a field, which says what to do about it. */
function problemsOf(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${[...path, key].join('.')}: there is no such field: correct its name or remove it`);
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${path.join('.')}: ${message}`);
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [`${path.join('.')}: ${isMissing ? 'is required: add it' : issue.message}`];
}

/** Entries are shared by all their readers. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
