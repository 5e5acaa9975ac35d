import { parse } from 'yaml';
import { messageOf } from '#libs/kernel';
import { resolveAlias } from './aliases.js';
import { catalogueEntry, type Provider } from './entry.js';

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

interface Found {
  readonly file: string;
  readonly entry: Readonly<Record<string, unknown>>;
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
    for (const [key, entry] of entriesOf(file, problems)) found.set(key, [{ file: file.name, entry }, ...(found.get(key) ?? [])]);
  }
  const providers = new Map<string, Provider>();
  for (const key of [...found.keys()].toSorted()) {
    const provider = firstValid(key, found, problems);
    if (provider) providers.set(key, provider);
  }
  return { providers, problems };
}

function entriesOf({ name, text }: CatalogueFile, problems: string[]): [string, Found['entry']][] {
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
  return Object.entries(content).filter((pair): pair is [string, Found['entry']] => {
    const problem = !KEY.test(pair[0]) ? 'a provider key holds a-z, 0-9 and - only' : isObject(pair[1]) ? '' : 'must be a map';
    if (problem) problems.push(`${name}: ${pair[0]}: ${problem}`);
    return problem === '';
  });
}

function firstValid(key: string, found: ReadonlyMap<string, readonly Found[]>, problems: string[]): Provider | undefined {
  const find = (name: string) => found.get(name)?.[0]?.entry;
  for (const { file, entry } of found.get(key) ?? []) {
    const resolved = resolveAlias(entry, find, [key]);
    if (!resolved.ok) {
      problems.push(`${file}: ${key}: ${resolved.problem}`);
      continue;
    }
    const parsed = catalogueEntry.safeParse(resolved.entry);
    if (parsed.success) return { ...parsed.data, name: key };
    const issues = parsed.error.issues.map(({ path, message }) => [...path.map(String), message].join(': '));
    problems.push(`${file}: ${key}: ${issues.join('; ')}`);
  }
  return undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
