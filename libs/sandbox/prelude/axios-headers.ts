type Values = Record<string, string | string[]>;

/** What axios adds to the headers of an answer, beside the names themselves. */
const methods = {
  get(this: Values, name: string): string | string[] | undefined {
    return this[name.toLowerCase()];
  },
  has(this: Values, name: string): boolean {
    return Object.hasOwn(this, name.toLowerCase());
  },
  toJSON(this: Values): Values {
    return { ...this };
  },
  *[Symbol.iterator](this: Values): Generator<[string, string | string[]]> {
    yield* Object.entries(this);
  },
};

const prototype: object = Object.defineProperties(
  {},
  Object.fromEntries(
    Reflect.ownKeys(methods).map((name) => [
      name,
      { value: methods[name as keyof typeof methods], writable: true, configurable: true },
    ]),
  ),
);

/** The headers, with axios' ways to ask for one whatever its case. */
export const axiosHeaders = <Headers extends object>(headers: Headers): Headers =>
  Object.setPrototypeOf(headers, prototype) as Headers;
