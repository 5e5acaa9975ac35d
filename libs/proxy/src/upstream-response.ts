import { pipeline, type Readable, type Transform, type Writable } from 'node:stream';
import { pipeline as pipe } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { BodyRecord, UpstreamBody } from './upstream-body.js';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

type Headers = Readonly<Record<string, string | string[] | undefined>>;
type Source = Pick<UpstreamBody, 'stream' | 'sendTo' | 'discard' | 'beginning' | 'record'>;

/** An upstream's answer. Its body is to be read, sent on or discarded, once. */
export class UpstreamResponse {
  #stream: Readable | undefined;

  constructor(
    readonly status: number,
    /** Lower-case names; `set-cookie` may hold several values. */
    readonly headers: Headers,
    private readonly source: Source,
  ) {}

  /** The bytes as the upstream sends them, decoded where the request asked for it. Breaking off the stream breaks off the request. */
  get body(): Readable {
    this.#stream ??= this.source.stream();
    return this.#stream;
  }

  /** Sends the body on, at the pace of the slower side; cheaper than a stream. Rejects when either side breaks off. */
  sendTo(to: Writable): Promise<void> {
    return this.source.sendTo(to);
  }

  discard(): void {
    this.source.discard();
  }

  /** The first bytes as the upstream sends them, up to some 64 KiB; whoever takes the body gets them too. */
  beginning(): Promise<Buffer> {
    return this.source.beginning();
  }

  /** Remembers the first bytes as the upstream sends them, while the body passes by. */
  record(limitBytes: number): BodyRecord {
    return this.source.record(limitBytes);
  }

  /** The same answer with another header. */
  with(name: string, value: string): UpstreamResponse {
    return new UpstreamResponse(this.status, { ...this.headers, [name]: value }, this.source);
  }

  /** The answer in its plain form, with headers that say so; as it is where its encoding is not known. */
  decompressed(): UpstreamResponse {
    const decoders = decodersOf(this.headers);
    if (!decoders) return this;
    const { 'content-encoding': _encoding, 'content-length': _length, ...headers } = this.headers;
    return new UpstreamResponse(this.status, headers, decoding(this.source, decoders));
  }
}

function decoding(source: Source, decoders: readonly (() => Transform)[]): Source {
  const stream = (): Readable => {
    let body = source.stream();
    for (const decoder of decoders.toReversed()) body = pipeline(body, decoder(), () => undefined); // errors reach the reader
    return body.on('error', () => undefined);
  };
  return {
    stream,
    sendTo: (to) => pipe(stream(), to),
    discard: () => source.discard(),
    beginning: () => source.beginning(),
    record: (limitBytes) => source.record(limitBytes),
  };
}

function decodersOf(headers: Headers): (() => Transform)[] | undefined {
  const encodings = codingsOf(headers['content-encoding']);
  const decoders = encodings.map((name) => DECODERS[name]).filter((decoder) => decoder !== undefined);
  return decoders.length === 0 || decoders.length < encodings.length ? undefined : decoders;
}

/** The names of a `Content-Encoding`, in the order in which they were applied. */
export const codingsOf = (header: string | string[] | undefined): string[] =>
  String(header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
