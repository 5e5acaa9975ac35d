import { URL_PARTS } from '../src/child/url-parts.js';
import { hostNow } from './host-now.js';
import { CONNECT, URLSearchParams } from './url-search-params.js';

/** What each URL has, by getters. */
export type Parts = Record<(typeof URL_PARTS)[number], string>;
type Writable = Exclude<keyof Parts, 'origin'>;

const asText = (value: unknown): string => String(value);

const parseNow = (args: object): Parts | null => hostNow<Parts | null>('url', args);

/** WHATWG URL. Parsing is the host's own, so every corner of the standard is exactly Node's. */
export class URL {
  #parts: Parts;
  #params: URLSearchParams | undefined;

  constructor(url: unknown, base?: unknown) {
    if (arguments.length === 0)
      throw Object.assign(new TypeError('The "url" argument must be specified'), { code: 'ERR_MISSING_ARGS' });
    const parts = parseNow({ url: String(url), ...(base === undefined ? {} : { base: asText(base) }) });
    if (!parts)
      throw Object.assign(new TypeError('Invalid URL'), {
        code: 'ERR_INVALID_URL',
        input: String(url),
        ...(base === undefined ? {} : { base: asText(base) }),
      });
    this.#parts = parts;
  }
  static canParse(url: unknown, base?: unknown): boolean {
    return URL.parse(url, base) !== null;
  }
  static parse(url: unknown, base?: unknown): URL | null {
    try {
      return new URL(url, base);
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_INVALID_URL') return null;
      throw error;
    }
  }
  get searchParams(): URLSearchParams {
    this.#params ??= this.#connected(new URLSearchParams());
    return this.#params;
  }
  #connected(params: URLSearchParams): URLSearchParams {
    return params[CONNECT](this.#parts.search, () => this.#write('search', String(params)));
  }
  #write(name: Writable, value: string): void {
    this.#parts = parseNow({ url: this.#parts.href, set: { name, value } }) ?? this.#parts;
  }
  #set(name: Writable, value: unknown): void {
    if (name === 'href') this.#parts = new URL(value).#parts;
    else this.#write(name, String(value));
    if (this.#params) this.#connected(this.#params);
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
              set(this: URL, value: unknown) {
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
  get [Symbol.toStringTag](): string {
    return 'URL';
  }
}
