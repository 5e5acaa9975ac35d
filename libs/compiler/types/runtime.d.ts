/** The world functions run in (spec/functions.md §3), as far as they use it. Written for Fairlead. */
type BinaryLike = string | Uint8Array | ArrayBuffer;
type BufferEncoding = 'utf8' | 'utf-8' | 'ascii' | 'latin1' | 'binary' | 'base64' | 'base64url' | 'hex' | 'ucs2' | 'utf16le';

interface Buffer extends Uint8Array<ArrayBuffer> {
  toString(encoding?: BufferEncoding, start?: number, end?: number): string;
  toJSON(): { type: 'Buffer'; data: number[] };
  equals(other: Uint8Array): boolean;
  write(text: string, offset?: number): number;
  readUInt8(offset?: number): number;
  readUInt32BE(offset?: number): number;
  readUInt32LE(offset?: number): number;
}
declare var Buffer: {
  from(value: string, encoding?: BufferEncoding): Buffer;
  from(value: ArrayBuffer | Uint8Array | readonly number[]): Buffer;
  alloc(size: number, fill?: string | number): Buffer;
  concat(list: readonly Uint8Array[], totalLength?: number): Buffer;
  byteLength(value: string | Uint8Array | ArrayBuffer, encoding?: BufferEncoding): number;
  isBuffer(value: unknown): value is Buffer;
};

interface URLSearchParams {
  append(name: string, value: string): void;
  delete(name: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string): boolean;
  set(name: string, value: string): void;
  sort(): void;
  toString(): string;
  forEach(callback: (value: string, name: string) => void): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
  readonly size: number;
}
declare var URLSearchParams: {
  prototype: URLSearchParams;
  new (init?: string | Record<string, string> | Iterable<[string, string]> | string[][] | URLSearchParams): URLSearchParams;
};
interface URL {
  hash: string;
  host: string;
  hostname: string;
  href: string;
  readonly origin: string;
  password: string;
  pathname: string;
  port: string;
  protocol: string;
  search: string;
  readonly searchParams: URLSearchParams;
  username: string;
  toString(): string;
  toJSON(): string;
}
declare var URL: {
  prototype: URL;
  new (url: string | URL, base?: string | URL): URL;
  canParse(url: string, base?: string): boolean;
};

interface Headers {
  append(name: string, value: string): void;
  delete(name: string): void;
  get(name: string): string | null;
  has(name: string): boolean;
  set(name: string, value: string): void;
  forEach(callback: (value: string, name: string) => void): void;
  entries(): IterableIterator<[string, string]>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}
declare var Headers: { prototype: Headers; new (init?: Record<string, string> | [string, string][] | Headers): Headers };
interface Response {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: Headers;
  json(): Promise<any>;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: any;
}
declare var AbortController: { new (): { readonly signal: AbortSignal; abort(reason?: any): void } };
declare var TextEncoder: { new (): { encode(text?: string): Uint8Array<ArrayBuffer> } };
declare var TextDecoder: { new (encoding?: string): { decode(bytes?: Uint8Array | ArrayBuffer): string } };

interface Timeout {
  unref(): this;
  ref(): this;
}
declare namespace NodeJS {
  type Timeout = globalThis.Timeout;
}
declare function setTimeout<Args extends any[]>(callback: (...args: Args) => void, ms?: number, ...args: Args): Timeout;
declare function clearTimeout(timer: Timeout | undefined): void;
declare function atob(text: string): string;
declare function btoa(text: string): string;
declare function structuredClone<T>(value: T): T;
declare var console: Record<'log' | 'info' | 'warn' | 'error' | 'debug' | 'trace', (...args: any[]) => void>;

declare module 'url' {
  const TheUrl: typeof globalThis.URL;
  const TheParams: typeof globalThis.URLSearchParams;
  export { TheUrl as URL, TheParams as URLSearchParams };
}
declare module 'node:url' {
  export * from 'url';
}

declare module 'crypto' {
  interface Digest {
    update(data: BinaryLike, encoding?: BufferEncoding): this;
    digest(): Buffer;
    digest(encoding: BufferEncoding): string;
  }
  interface Cipher {
    update(data: BinaryLike): Buffer;
    update(data: BinaryLike, input: BufferEncoding | undefined, output: BufferEncoding): string;
    final(): Buffer;
    final(encoding: BufferEncoding): string;
    getAuthTag(): Buffer;
    setAuthTag(tag: Uint8Array): this;
  }
  interface Signer {
    update(data: BinaryLike): this;
    sign(key: string | object): Buffer;
    sign(key: string | object, encoding: BufferEncoding): string;
    verify(key: string | object, signature: BinaryLike, encoding?: BufferEncoding): boolean;
  }
  export function createHash(algorithm: string): Digest;
  export function createHmac(algorithm: string, key: BinaryLike): Digest;
  export function randomUUID(): string;
  export function randomBytes(size: number): Buffer;
  export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
  export function createSign(algorithm: string): Signer;
  export function createVerify(algorithm: string): Signer;
  export function createCipheriv(algorithm: string, key: BinaryLike, iv: BinaryLike | null): Cipher;
  export function createDecipheriv(algorithm: string, key: BinaryLike, iv: BinaryLike | null): Cipher;
  export function pbkdf2Sync(password: BinaryLike, salt: BinaryLike, iterations: number, length: number, digest: string): Buffer;
  export function scryptSync(password: BinaryLike, salt: BinaryLike, length: number, options?: object): Buffer;
  const crypto: {
    createHash: typeof createHash;
    createHmac: typeof createHmac;
    randomUUID: typeof randomUUID;
    randomBytes: typeof randomBytes;
    timingSafeEqual: typeof timingSafeEqual;
    createSign: typeof createSign;
    createVerify: typeof createVerify;
    createCipheriv: typeof createCipheriv;
    createDecipheriv: typeof createDecipheriv;
    pbkdf2Sync: typeof pbkdf2Sync;
    scryptSync: typeof scryptSync;
  };
  export default crypto;
}
declare module 'node:crypto' {
  export * from 'crypto';
  export { default } from 'crypto';
}

declare module 'soap' {
  export interface Client {
    setSecurity(security: unknown): void;
    addHttpHeader(name: string, value: string): void;
    addSoapHeader(header: unknown): number;
    setEndpoint(endpoint: string): void;
    [operation: string]: any;
  }
  export function createClientAsync(wsdl: string, options?: Record<string, any>, endpoint?: string): Promise<Client>;
  export class WSSecurity {
    constructor(username: string, password: string, options?: string | Record<string, any>);
  }
  export class BasicAuthSecurity {
    constructor(username: string, password: string, defaults?: unknown);
  }
  export class BearerSecurity {
    constructor(token: string, defaults?: unknown);
  }
  const soap: {
    createClientAsync: typeof createClientAsync;
    WSSecurity: typeof WSSecurity;
    BasicAuthSecurity: typeof BasicAuthSecurity;
    BearerSecurity: typeof BearerSecurity;
  };
  export default soap;
}

declare module 'unzipper' {
  export interface File {
    path: string;
    type: 'Directory' | 'File';
    compressedSize: number;
    uncompressedSize: number;
    buffer(password?: string): Promise<Buffer>;
  }
  export const Open: { buffer(data: Uint8Array): Promise<{ files: File[] }> };
  const unzipper: { Open: typeof Open };
  export default unzipper;
}

declare module 'botbuilder';
