/** Colours made from a brand's primary so that text on them, and text in them, can be read (spec/auth.md §7.4). */
export interface BrandColours {
  /** The primary itself, for what carries no text. */
  readonly primary: string;
  /** Background of buttons: the primary, moved away from its text until that can be read. */
  readonly fill: string;
  readonly onFill: string;
  /** The primary as text or outline on the surface of the theme. */
  readonly ink: string;
}

type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** Text on brighter colours is dark. */
const BRIGHT = 186;
/** WCAG 2.2 AA for text. */
const READABLE = 4.6;
const FALLBACK: Rgb = [0, 0xb2, 0xe3];
const STEP = 0.04;

/** @param surface colour the brand's ink stands on, as `#rrggbb` */
export function brandColours(primary: string, surface: string): BrandColours {
  const colour = parse(primary) ?? FALLBACK;
  const ground = parse(surface) ?? WHITE;
  const onFill = brightness(colour) > BRIGHT ? ([16, 20, 24] as const) : WHITE;
  const fill = moved(colour, onFill, onFill === WHITE ? BLACK : WHITE);
  const ink = moved(colour, ground, brightness(ground) > BRIGHT ? BLACK : WHITE);
  return { primary: hex(colour), fill: hex(fill), onFill: hex(onFill), ink: hex(ink) };
}

/** Mixes a colour with `towards` until it can be read against `against`. */
function moved(colour: Rgb, against: Rgb, towards: Rgb): Rgb {
  for (let share = 0; share < 1; share += STEP) {
    const mixed = mix(colour, towards, share);
    if (contrast(mixed, against) >= READABLE) return mixed;
  }
  return towards;
}

const mix = (a: Rgb, b: Rgb, share: number): Rgb => [
  Math.round(a[0] + (b[0] - a[0]) * share),
  Math.round(a[1] + (b[1] - a[1]) * share),
  Math.round(a[2] + (b[2] - a[2]) * share),
];

const brightness = ([red, green, blue]: Rgb): number => 0.299 * red + 0.587 * green + 0.114 * blue;

function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

const linear = (channel: number): number =>
  channel / 255 <= 0.040_45 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4;

function parse(text: string): Rgb | undefined {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})(?:[0-9a-f]{2})?$/i.exec(text);
  const parts = long?.slice(1, 4) ?? short?.slice(1, 4).map((digit) => digit + digit);
  return parts && (parts.map((part) => Number.parseInt(part, 16)) as unknown as Rgb);
}

const hex = (colour: Rgb): string => `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
