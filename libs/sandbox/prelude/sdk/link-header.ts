/** `<address>; name=value; name="a, value"`, up to the next comma outside of quotes (RFC 8288 §3). */
const LINK = /<([^>]*)>((?:\s*;\s*[^\s=;,"]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g;
const RELATION = /;\s*rel\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))/i;

/** The address that a Link header gives for a relation: one of those a link has, whatever their case. */
export function linkOf(header: string | readonly string[] | undefined, relation: string): string | undefined {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ');
  for (const [, address, parameters = ''] of text.matchAll(LINK)) {
    const [, quoted, bare = ''] = RELATION.exec(parameters) ?? [];
    const relations = (quoted ?? bare).toLowerCase().split(/\s+/);
    if (relations.includes(relation.toLowerCase())) return address;
  }
  return undefined;
}
