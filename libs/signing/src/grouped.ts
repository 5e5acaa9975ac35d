/** Pairs by name; a name that is given more than once keeps all of its values. */
export function grouped(pairs: Iterable<readonly [string, string]>): Record<string, string | string[]> {
  const groups: Record<string, string | string[]> = {};
  for (const [name, value] of pairs) groups[name] = Object.hasOwn(groups, name) ? [groups[name]!, value].flat() : value;
  return groups;
}
