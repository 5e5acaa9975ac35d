import { Buffer } from 'buffer';

/** The standards convert whatever they are given, and what is no Unicode to a sign that says so. */
type Text = unknown;
type Pair = [string, string];

const asText = (value: Text): string => String(value).toWellFormed();

const decode = (text: string): string => {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  const bytes: number[] = [];
  const source = Buffer.from(spaced, 'utf8');
  for (let at = 0; at < source.length; at += 1) {
    const hex = source[at] === 0x25 ? source.toString('latin1', at + 1, at + 3) : '';
    if (/^[\da-f]{2}$/i.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      at += 2;
    } else bytes.push(source[at] ?? 0);
  }
  return Buffer.from(bytes).toString('utf8');
};

/** application/x-www-form-urlencoded leaves letters, digits and `*-._` as they are. */
const encode = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replaceAll(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

function parsePairs(text: string): Pair[] {
  return text
    .replace(/^\?/, '')
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });
}

const notATuple = (): TypeError =>
  Object.assign(new TypeError('Each query pair must be an iterable [name, value] tuple'), { code: 'ERR_INVALID_TUPLE' });

function pairsOf(init: Text): Pair[] {
  if (init === undefined || init === null) return [];
  if (typeof init !== 'object' && typeof init !== 'function') return parsePairs(asText(init));
  const iterate = (init as { [Symbol.iterator]?: unknown })[Symbol.iterator];
  if (iterate === undefined || iterate === null)
    return Reflect.ownKeys(init)
      .filter((name) => Object.getOwnPropertyDescriptor(init, name)?.enumerable)
      .map((name) => [asText(name), asText((init as Record<PropertyKey, Text>)[name])]);
  if (typeof iterate !== 'function')
    throw Object.assign(new TypeError('Query pairs must be iterable'), { code: 'ERR_ARG_NOT_ITERABLE' });
  return [...(init as Iterable<Iterable<Text>>)].map((entry) => {
    if (typeof entry !== 'object' || entry === null || !(Symbol.iterator in entry)) throw notATuple();
    const [name, value, ...more] = [...entry];
    if (more.length > 0 || [...entry].length < 2) throw notATuple();
    return [asText(name), asText(value)];
  });
}

/** How a URL and its parameters hear of each other. */
export const CONNECT = Symbol('connect');

/** WHATWG URLSearchParams. */
export class URLSearchParams {
  #pairs: Pair[];
  #changed: () => void = () => undefined;

  constructor(init?: Text) {
    this.#pairs = pairsOf(init);
  }
  /** @internal of the URL these belong to: its new query, and whom to tell of changes */
  [CONNECT](query: string, changed: () => void): this {
    this.#pairs = parsePairs(query);
    this.#changed = changed;
    return this;
  }
  get size(): number {
    return this.#pairs.length;
  }
  append(name: Text, value: Text): void {
    this.#pairs.push([asText(name), asText(value)]);
    this.#changed();
  }
  set(name: Text, value: Text): void {
    const first = this.#pairs.find(([key]) => key === asText(name));
    if (!first) return this.append(name, value);
    first[1] = asText(value);
    this.#pairs = this.#pairs.filter((pair) => pair === first || pair[0] !== first[0]);
    this.#changed();
  }
  delete(name: Text, value?: Text): void {
    this.#pairs = this.#pairs.filter(([key, known]) => key !== asText(name) || (value !== undefined && known !== asText(value)));
    this.#changed();
  }
  get(name: Text): string | null {
    return this.#pairs.find(([key]) => key === asText(name))?.[1] ?? null;
  }
  getAll(name: Text): string[] {
    return this.#pairs.filter(([key]) => key === asText(name)).map(([, value]) => value);
  }
  has(name: Text, value?: Text): boolean {
    return this.#pairs.some(([key, known]) => key === asText(name) && (value === undefined || known === asText(value)));
  }
  sort(): void {
    this.#pairs = this.#pairs.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
    this.#changed();
  }
  forEach(visit: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void {
    for (const [name, value] of this) visit.call(self, value, name, this);
  }
  *keys() {
    for (const [name] of this) yield name;
  }
  *values() {
    for (const [, value] of this) yield value;
  }
  /** Sees what changes meanwhile. */
  *entries(): Generator<Pair> {
    for (let at = 0; at < this.#pairs.length; at += 1) {
      const [name, value] = this.#pairs[at] as Pair;
      yield [name, value];
    }
  }
  [Symbol.iterator](): Generator<Pair> {
    return this.entries();
  }
  toString(): string {
    return this.#pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  }
  get [Symbol.toStringTag](): string {
    return 'URLSearchParams';
  }
}
