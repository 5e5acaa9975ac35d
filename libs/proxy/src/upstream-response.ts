import { pipeline, type Readable, type Duplex, type Writable } from 'node:stream';
import { pipeline as pipe } from 'node:stream/promises';
import { decodersOf } from './decoders.js';
import { type BodyRecord, flushHead, type UpstreamBody } from './upstream-body.js';

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
    const decoders = decodersOf(this.headers['content-encoding']);
    if (decoders.length === 0) return this;
    const { 'content-encoding': _encoding, 'content-length': _length, ...headers } = this.headers;
    return new UpstreamResponse(this.status, headers, decoding(this.source, decoders));
  }
}

function decoding(source: Source, decoders: readonly (() => Duplex)[]): Source {
  const stream = (): Readable => {
    let body = source.stream();
    for (const decoder of decoders) body = pipeline(body, decoder(), () => undefined); // errors reach the reader
    return body.on('error', () => undefined);
  };
  const sendTo = (to: Writable) => {
    flushHead(to); // what cannot be decoded breaks off after it, not before
    return pipe(stream(), to);
  };
  return {
    stream,
    sendTo,
    discard: () => source.discard(),
    beginning: () => source.beginning(),
    record: (limitBytes) => source.record(limitBytes),
  };
}
