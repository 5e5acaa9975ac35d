import { expect, it } from 'vitest';
import { letterTile, TILE_COLOURS } from './letter-tile.js';

/** Relative luminance, as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

it.each(TILE_COLOURS)('%s can be read under white', (colour) => {
  expect(1.05 / (luminance(colour) + 0.05)).toBeGreaterThanOrEqual(4.5);
});

it('shows the first letter or digit of the name, on a colour that stays', () => {
  const tile = letterTile('acme', '«élan» & <Söhne>');
  expect(tile).toContain('>É</text>');
  expect(tile).toContain('<title>«élan» &amp; &lt;Söhne&gt;</title>');
  expect(letterTile('acme', '«élan» & <Söhne>')).toBe(tile);
  expect(letterTile('x', '3CX')).toContain('>3</text>');
  expect(letterTile('x', '!?')).toContain('>?</text>');
});

it('spreads providers over the colours', () => {
  const used = new Set(
    Array.from({ length: 200 }, (_, index) => /fill="(#\w{6})"/.exec(letterTile(`provider-${index}`, 'P'))?.[1]),
  );
  expect(used.size).toBe(TILE_COLOURS.length);
});
