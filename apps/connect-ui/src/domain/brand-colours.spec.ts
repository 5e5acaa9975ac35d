import fc from 'fast-check';
import { expect, it } from 'vitest';
import { brandColours } from './brand-colours.js';

const channels = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
const luminance = (colour: string) => {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((c) => (c <= 0.040_45 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (a: string, b: string) => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
const anyColour = fc.integer({ min: 0, max: 0xff_ff_ff }).map((n) => `#${n.toString(16).padStart(6, '0')}`);

it('text on a button and text in the colour of the brand can be read, whatever the brand', () => {
  fc.assert(
    fc.property(anyColour, fc.constantFrom('#ffffff', '#171a20'), (primary, surface) => {
      const { fill, onFill, ink } = brandColours(primary, surface);
      expect(contrast(fill, onFill)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(ink, surface)).toBeGreaterThanOrEqual(4.5);
    }),
  );
});

it('text is white up to the brightness that the specification names, dark above it', () => {
  expect(brandColours('#00B2E3', '#ffffff').onFill).toBe('#ffffff');
  expect(brandColours('#ffd400', '#ffffff').onFill).toBe('#101418');
});

it('a colour that can be read stays as it is', () => {
  expect(brandColours('#0a5c36', '#ffffff')).toMatchObject({ primary: '#0a5c36', fill: '#0a5c36', ink: '#0a5c36' });
});

it('short and long forms are understood, and nonsense is replaced', () => {
  expect(brandColours('#0a5', '#ffffff').primary).toBe('#00aa55');
  expect(brandColours('#00aa55ff', '#ffffff').primary).toBe('#00aa55');
  expect(brandColours('url(https://x)', '#ffffff').primary).toBe('#00b2e3');
});
