import { URL_PARTS } from '../src/child/url-parts.js';
import { askNow } from './bridge.js';

/** The standards convert whatever they are given. */
type Text = unknown;
type Init = string | Iterable<readonly [Text, Text]> | Record<string, Text> | undefined;

const asText = (value: Text): string => String(value);

const decode = (text: string): string => {
  const spaced = text.replace(/\+/g, ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
};

/** application/x-www-form-urlencoded leaves letters, digits and `*-._` as they are. */
const encode = (text: string): string =>
  encodeURIComponent(text)
    .replace(/%20/g, '+')
    .replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

function parsePairs(text: string): [string, string][] {
  return text
    .replace(/^\?/, '')
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });
}

/** WHATWG URLSearchParams. */
export class URLSearchParams {
  #pairs: [string, string][];
  #changed: () => void;

  constructor(init?: Init, changed: () => void = () => undefined) {
    this.#changed = changed;
    if (typeof init === 'string' || init === undefined) this.#pairs = parsePairs(init ?? '');
    else
      this.#pairs = [...(Symbol.iterator in init ? (init as Iterable<[Text, Text]>) : Object.entries(init))].map(
        ([name, value]) => [String(name), String(value)],
      );
  }
  get size(): number {
    return this.#pairs.length;
  }
  append(name: Text, value: Text): void {
    this.#pairs.push([String(name), String(value)]);
    this.#changed();
  }
  set(name: Text, value: Text): void {
    const first = this.#pairs.find(([key]) => key === String(name));
    if (!first) return this.append(name, value);
    first[1] = String(value);
    this.#pairs = this.#pairs.filter((pair) => pair === first || pair[0] !== String(name));
    this.#changed();
  }
  delete(name: Text, value?: Text): void {
    this.#pairs = this.#pairs.filter(([key, known]) => key !== String(name) || (value !== undefined && known !== asText(value)));
    this.#changed();
  }
  get(name: Text): string | null {
    return this.#pairs.find(([key]) => key === String(name))?.[1] ?? null;
  }
  getAll(name: Text): string[] {
    return this.#pairs.filter(([key]) => key === String(name)).map(([, value]) => value);
  }
  has(name: Text, value?: Text): boolean {
    return this.#pairs.some(([key, known]) => key === String(name) && (value === undefined || known === asText(value)));
  }
  sort(): void {
    this.#pairs = this.#pairs.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
    this.#changed();
  }
  forEach(visit: (value: string, name: string, params: URLSearchParams) => void): void {
    for (const [name, value] of this.#pairs) visit(value, name, this);
  }
  *keys() {
    for (const [name] of this.#pairs) yield name;
  }
  *values() {
    for (const [, value] of this.#pairs) yield value;
  }
  *entries(): Generator<[string, string]> {
    for (const [name, value] of this.#pairs) yield [name, value];
  }
  [Symbol.iterator]() {
    return this.entries();
  }
  toString(): string {
    return this.#pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  }
}

type Parts = Record<(typeof URL_PARTS)[number], string>;
type Writable = Exclude<keyof Parts, 'origin'>;

const parseNow = (args: object): Parts | null => JSON.parse(askNow('url', args)) as Parts | null;

/** WHATWG URL. Parsing is the host's own, so every corner of the standard is exactly Node's. */
export class URL {
  #parts: Parts;
  #params: URLSearchParams | undefined;

  constructor(url: string | URL, base?: string | URL) {
    const parts = parseNow({ url: String(url), ...(base === undefined ? {} : { base: String(base) }) });
    if (!parts) throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: String(url) });
    this.#parts = parts;
  }
  static canParse(url: string | URL, base?: string | URL): boolean {
    return URL.parse(url, base) !== null;
  }
  static parse(url: string | URL, base?: string | URL): URL | null {
    try {
      return new URL(url, base);
    } catch {
      return null;
    }
  }
  get searchParams(): URLSearchParams {
    this.#params ??= new URLSearchParams(this.#parts.search, () => this.#set('search', String(this.#params), false));
    return this.#params;
  }
  #set(name: Writable, value: Text, forget = true): void {
    this.#parts = parseNow({ url: this.#parts.href, set: { name, value: String(value) } }) ?? this.#parts;
    if (forget) this.#params = undefined;
  }
  static {
    for (const name of URL_PARTS) {
      Object.defineProperty(URL.prototype, name, {
        enumerable: true,
        configurable: true,
        get(this: URL) {
          return this.#parts[name];
        },
        ...(name === 'origin'
          ? {}
          : {
              set(this: URL, value: string) {
                this.#set(name, value);
              },
            }),
      });
    }
  }
  toString(): string {
    return this.#parts.href;
  }
  toJSON(): string {
    return this.#parts.href;
  }
}
