/** Names of errors of the web's standards that have a number (WebIDL §2.8.1), as far as something here throws them. */
const CODES: Readonly<Record<string, number>> = {
  InvalidCharacterError: 5,
  NotSupportedError: 9,
  AbortError: 20,
  TimeoutError: 23,
  DataCloneError: 25,
};

/** WebIDL DOMException. */
export class DOMException extends Error {
  constructor(message: unknown = '', options: unknown = 'Error') {
    const { name = 'Error', cause } = (typeof options === 'object' && options !== null ? options : { name: options }) as {
      name?: unknown;
      cause?: unknown;
    };
    super(String(message), cause === undefined ? undefined : { cause });
    Object.defineProperty(this, 'name', { value: String(name), configurable: true });
  }
  get code(): number {
    return CODES[this.name] ?? 0;
  }
  get [Symbol.toStringTag](): string {
    return 'DOMException';
  }
}

Object.assign(globalThis, { DOMException });
