import { parse } from 'yaml';
import { messageOf } from '#libs/kernel';
import { catalogueEntry, type CatalogueEntry, type Provider } from './entry.js';

/** A catalogue file: a map of provider key to entry, in YAML or JSON. */
export interface CatalogueFile {
  readonly name: string;
  readonly text: string;
}

export interface BuiltCatalogue {
  readonly providers: ReadonlyMap<string, Provider>;
  /** What was left out, file and entry named. */
  readonly problems: readonly string[];
}

type Entry = Readonly<Record<string, unknown>>;

interface Found {
  readonly file: string;
  readonly entry: Entry;
}

/** An entry with the fields of its parents, as it was written and as it was read. */
interface Resolved {
  readonly entry: Entry;
  readonly provider: Provider;
}

const KEY = /^[a-z0-9-]+$/;

/**
 * Reads catalogue files. Of two entries with one key the later counts, and the earlier where the later is wrong; what is wrong
 * costs that entry alone.
 */
export function buildCatalogue(files: readonly CatalogueFile[]): BuiltCatalogue {
  const problems: string[] = [];
  const found = new Map<string, Found[]>();
  for (const file of files) {
    for (const [key, entry] of entriesOf(file, problems)) {
      found.set(key, [{ file: file.name, entry }, ...(found.get(key) ?? [])]);
    }
  }
  const resolver = new Resolver(found, problems);
  const providers = new Map<string, Provider>();
  for (const key of [...found.keys()].toSorted()) {
    const resolved = resolver.resolve(key, []);
    if (resolved) providers.set(key, resolved.provider);
  }
  return { providers, problems };
}

function entriesOf({ name, text }: CatalogueFile, problems: string[]): [string, Entry][] {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    problems.push(`${name}: ${messageOf(error).split('\n')[0]}`);
    return [];
  }
  if (!isObject(content)) {
    problems.push(`${name}: must be a map of provider key to entry`);
    return [];
  }
  return Object.entries(content).filter((pair): pair is [string, Entry] => {
    const problem = !KEY.test(pair[0]) ? 'a provider key holds a-z, 0-9 and - only' : isObject(pair[1]) ? '' : 'must be a map';
    if (problem) problems.push(`${name}: ${pair[0]}: ${problem}`);
    return problem === '';
  });
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
      if (typeof outcome !== 'string') {
        resolved = { entry: outcome.entry, provider: { ...outcome.provider, name: key } };
        break;
      }
      this.problems.push(`${file}: ${key}: ${outcome}`);
    }
    this.#known.set(key, resolved);
    return resolved;
  }

  /** The merged entry, or what is wrong with it. */
  #merge({ alias, ...own }: Entry, path: readonly string[]): { entry: Entry; provider: CatalogueEntry } | string {
    if (alias === undefined) return validated(own);
    if (typeof alias !== 'string') return 'alias: must be the key of a provider';
    if (path.includes(alias)) return `alias: goes round in a circle: ${[...path, alias].join(' → ')}`;
    const parent = this.resolve(alias, path);
    return parent ? validated({ ...parent.entry, ...own }) : `alias: there is no usable provider ${alias}`;
  }
}

function validated(entry: Entry): { entry: Entry; provider: CatalogueEntry } | string {
  const parsed = catalogueEntry.safeParse(entry);
  if (parsed.success) return { entry, provider: parsed.data };
  return parsed.error.issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ');
}

const isObject = (value: unknown): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value);
