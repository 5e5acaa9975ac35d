type Entry = [string, string];

const NAME = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const VALUE = /^[^\0\r\n]*$/;
const COOKIE = 'set-cookie';

const text = (value: unknown): string => String(value);

function validName(name: unknown, method: string): string {
  const given = text(name);
  if (!NAME.test(given)) throw new TypeError(`Headers.${method}: ${given} is an invalid header name.`);
  return given.toLowerCase();
}

function validValue(value: unknown, method: string): string {
  const given = text(value).replaceAll(/^[\t\r\n ]+|[\t\r\n ]+$/g, '');
  const wide = Array.from(given).findIndex((sign) => sign > 'ÿ');
  if (wide >= 0)
    throw new TypeError(
      `Cannot convert argument to a ByteString because the character at index ${wide} has a value of ${given.charCodeAt(wide)} which is greater than 255.`,
    );
  if (!VALUE.test(given)) throw new TypeError(`Headers.${method}: "${given}" is an invalid header value.`);
  return given;
}

/** WHATWG Headers: names in lower case and in order, several values joined, cookies apart. */
export class Headers {
  readonly #values = new Map<string, string>();
  #cookies: string[] = [];

  constructor(init?: unknown) {
    if (init === undefined) return;
    if (typeof init !== 'object' || init === null)
      throw new TypeError(
        "Failed to construct 'Headers': The provided value is not of type '(record<ByteString, ByteString> or sequence<sequence<ByteString>>'.",
      );
    const entries = Symbol.iterator in init ? [...(init as Iterable<Iterable<unknown>>)] : Object.entries(init);
    for (const entry of entries) {
      const [name, value, ...more] = [...entry];
      if (more.length > 0 || [...entry].length < 2)
        throw new TypeError(`Headers constructor: expected name/value pair to be length 2, found ${[...entry].length}.`);
      this.append(name, value);
    }
  }
  append(name: unknown, value: unknown): void {
    const [key, added] = [validName(name, 'append'), validValue(value, 'append')];
    if (key === COOKIE) this.#cookies.push(added);
    else {
      const known = this.#values.get(key);
      this.#values.set(key, known === undefined ? added : `${known}, ${added}`);
    }
  }
  set(name: unknown, value: unknown): void {
    const [key, given] = [validName(name, 'set'), validValue(value, 'set')];
    if (key === COOKIE) this.#cookies = [given];
    else this.#values.set(key, given);
  }
  get(name: unknown): string | null {
    const key = validName(name, 'get');
    if (key === COOKIE) return this.#cookies.length > 0 ? this.#cookies.join(', ') : null;
    return this.#values.get(key) ?? null;
  }
  has(name: unknown): boolean {
    const key = validName(name, 'has');
    return key === COOKIE ? this.#cookies.length > 0 : this.#values.has(key);
  }
  delete(name: unknown): void {
    const key = validName(name, 'delete');
    if (key === COOKIE) this.#cookies = [];
    else this.#values.delete(key);
  }
  getSetCookie(): string[] {
    return [...this.#cookies];
  }
  forEach(visit: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) visit.call(self, value, name, this);
  }
  *keys() {
    for (const [name] of this) yield name;
  }
  *values() {
    for (const [, value] of this) yield value;
  }
  *entries(): Generator<Entry> {
    const cookies = this.#cookies.map((value): Entry => [COOKIE, value]);
    yield* [...this.#values, ...cookies].toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  }
  [Symbol.iterator](): Generator<Entry> {
    return this.entries();
  }
  get [Symbol.toStringTag](): string {
    return 'Headers';
  }
}
