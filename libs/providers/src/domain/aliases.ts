type Entry = Readonly<Record<string, unknown>>;

export type Resolved = { readonly ok: true; readonly entry: Entry } | { readonly ok: false; readonly problem: string };

/**
 * An entry with the fields of those it is an alias of (spec/auth.md §1.2). The merge is shallow: an own `proxy` replaces the
 * parent's as a whole. The order of entries does not matter.
 */
export function resolveAlias(entry: Entry, find: (name: string) => Entry | undefined, seen: readonly string[] = []): Resolved {
  const { alias, ...own } = entry;
  if (alias === undefined) return { ok: true, entry: own };
  if (typeof alias !== 'string') return { ok: false, problem: 'alias: must be the name of a provider' };
  if (seen.includes(alias)) return { ok: false, problem: `alias: goes round in a circle: ${[...seen, alias].join(' → ')}` };
  const parent = find(alias);
  if (!parent) return { ok: false, problem: `alias: there is no provider ${alias}` };
  const resolved = resolveAlias(parent, find, [...seen, alias]);
  return resolved.ok ? { ok: true, entry: { ...resolved.entry, ...own } } : resolved;
}
