/** Dark enough for white letters: 4.5:1 and more (WCAG 2.2 AA). */
export const TILE_COLOURS = [
  '#1d4ed8',
  '#0f766e',
  '#b91c1c',
  '#7e22ce',
  '#be185d',
  '#a16207',
  '#15803d',
  '#0369a1',
  '#4338ca',
  '#c2410c',
  '#334155',
  '#86198f',
];

/** The logo of a provider that has none: the first letter of its name on a coloured tile, the same one for ever. */
export function letterTile(key: string, displayName: string): string {
  const letter = /[\p{L}\p{N}]/u.exec(displayName)?.[0].toUpperCase() ?? '?';
  const colour = TILE_COLOURS[hashOf(key) % TILE_COLOURS.length];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" role="img"><title>${escaped(displayName)}</title>` +
    `<rect width="24" height="24" rx="5" fill="${colour}"/>` +
    '<text x="12" y="12" fill="#fff" font-family="system-ui, sans-serif" font-size="13" font-weight="600" text-anchor="middle" ' +
    `dominant-baseline="central">${escaped(letter)}</text></svg>`
  );
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return hash >>> 0;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);
