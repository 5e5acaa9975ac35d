import { parse } from 'yaml';
import { messageOf } from '#libs/kernel';

/** An entry as it is written. */
export type RawEntry = Readonly<Record<string, unknown>>;

/** What a catalogue file says: a map of provider key to entry. */
export interface CatalogueFile {
  readonly name: string;
  readonly entries: readonly (readonly [string, RawEntry])[];
  /** What of it is no entry. */
  readonly problems: readonly string[];
}

/** Entries may share what they have in common by anchors and merge keys, as often as they like: the operator wrote the file. */
const YAML = { merge: true, maxAliasCount: -1 };

const KEY = /^[a-z0-9-]+$/;

/** Reads a catalogue file: JSON where its name says so, else YAML. */
export function parseCatalogueFile(name: string, text: string): CatalogueFile {
  try {
    return catalogueFile(name, name.endsWith('.json') ? JSON.parse(text) : parse(text, YAML));
  } catch (error) {
    return { name, entries: [], problems: [`${name}: ${messageOf(error).split('\n')[0]}`] };
  }
}

/** The catalogue file whose text was read already. */
export function catalogueFile(name: string, content: unknown): CatalogueFile {
  if (!isObject(content)) return { name, entries: [], problems: [`${name}: must be a map of provider key to entry`] };
  const entries: (readonly [string, RawEntry])[] = [];
  const problems: string[] = [];
  for (const [key, entry] of Object.entries(content)) {
    if (!KEY.test(key)) problems.push(`${name}: ${key}: a provider key holds a-z, 0-9 and - only`);
    else if (!isObject(entry)) problems.push(`${name}: ${key}: must be a map of fields`);
    else entries.push([key, entry]);
  }
  return { name, entries, problems };
}

const isObject = (value: unknown): value is RawEntry => typeof value === 'object' && value !== null && !Array.isArray(value);
