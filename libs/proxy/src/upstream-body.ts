import { Readable, type Writable } from 'node:stream';
import { endSoon } from './departures.js';

/** How much of a body waits for its reader before the upstream is told to wait. */
const WAITING_BYTES = 64 * 1024;

/** A rest up to this size is read so that its connection can be used again; a longer one is cut off with the connection. */
const READ_AWAY_BYTES = 64 * 1024;

/** Who gets a body: chunks, then its end or what broke it off. */
interface Sink {
  /** False asks the upstream to wait until `resume`. */
  data(chunk: Buffer): boolean;
  end(): void;
  fail(error: Error): void;
}

/** The connection a body comes from. */
export interface Flow {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

/** The first bytes of a body, remembered while it passes by. */
export class BodyRecord {
  readonly #chunks: Buffer[] = [];
  #left: number;
  #cut = false;

  constructor(limitBytes: number) {
    this.#left = limitBytes;
  }

  /** Whether more has passed by than is remembered. */
  get isCut(): boolean {
    return this.#cut;
  }

  add(chunk: Buffer): void {
    if (this.#left > 0) this.#chunks.push(chunk.subarray(0, this.#left));
    this.#cut ||= chunk.length > this.#left;
    this.#left = Math.max(0, this.#left - chunk.length);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** A body as it arrives, for one taker. Without a taker it waits; a short one that is here as a whole goes out in one piece. */
export class UpstreamBody {
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #state: { readonly ended: boolean; readonly error?: Error } = { ended: false };
  #sink: Sink | undefined;
  #record: BodyRecord | undefined;
  #onBegun: (() => void) | undefined;

  constructor(private readonly flow: Flow) {}

  push(chunk: Buffer): void {
    this.#record?.add(chunk);
    if (this.#sink) {
      if (!this.#sink.data(chunk)) this.flow.pause();
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes < WAITING_BYTES) return;
    this.flow.pause();
    this.#onBegun?.();
  }

  end(): void {
    this.#state = { ended: true };
    this.#sink?.end();
    this.#onBegun?.();
  }

  fail(error: Error): void {
    this.#state = { ended: true, error };
    this.#sink?.fail(error);
    this.#onBegun?.();
  }

  /** What waits for the taker, who gets it all the same: the whole body, or as much as waits before the upstream must. */
  beginning(): Promise<Buffer> {
    if (this.#state.ended || this.#waitingBytes >= WAITING_BYTES) return Promise.resolve(Buffer.concat(this.#waiting));
    return new Promise((resolve) => {
      this.#onBegun = () => resolve(Buffer.concat(this.#waiting));
    });
  }

  /** Remembers what passes by from the first byte on; to be asked for before the body is taken. */
  record(limitBytes: number): BodyRecord {
    const record = new BodyRecord(limitBytes);
    for (const chunk of this.#waiting) record.add(chunk);
    this.#record = record;
    return record;
  }

  /** Writes the body to where it goes, no faster than that takes it. Rejects when either side breaks off, and breaks off the other. */
  sendTo(to: Writable): Promise<void> {
    if (this.#state.ended && !this.#state.error && this.#waiting.length < 2) {
      endSoon(to, this.#waiting[0]);
      return Promise.resolve();
    }
    if (this.#waiting.length === 0) flushHead(to);
    return new Promise((resolve, reject) => {
      const onDrain = () => this.flow.resume();
      const onClose = () => settle(new Error('the reader of the body went away'));
      const settle = (error?: Error) => {
        to.off('drain', onDrain).off('close', onClose).off('error', onClose);
        if (!error) return resolve();
        this.flow.abort(error);
        to.destroy();
        return reject(error);
      };
      to.on('drain', onDrain).once('close', onClose).on('error', onClose);
      this.#take({ data: (chunk) => to.write(chunk), end: () => (to.end(), settle()), fail: settle });
    });
  }

  /** The body as a stream, which fails where the body breaks off. Destroying it ends the request. */
  stream(): Readable {
    const stream = new Readable({
      highWaterMark: WAITING_BYTES,
      read: () => this.flow.resume(),
      destroy: (error, done) => {
        if (!this.#state.ended) this.flow.abort(error ?? new Error('the body was not read to its end'));
        done(error);
      },
    });
    stream.on('error', () => undefined); // nobody may be reading it any more
    this.#take({ data: (chunk) => stream.push(chunk), end: () => stream.push(null), fail: (error) => stream.destroy(error) });
    return stream;
  }

  /** Does away with the body. */
  discard(): void {
    let left = READ_AWAY_BYTES;
    this.#take({
      data: (chunk) => {
        left -= chunk.length;
        if (left < 0) this.flow.abort(new Error('the body is not wanted'));
        return true;
      },
      end: () => undefined,
      fail: () => undefined,
    });
  }

  #take(sink: Sink): void {
    this.#sink = sink;
    let flows = true;
    for (const chunk of this.#waiting.splice(0)) flows = sink.data(chunk);
    const { ended, error } = this.#state;
    if (error) sink.fail(error);
    else if (ended) sink.end();
    else if (flows) this.flow.resume();
    else this.flow.pause();
  }
}

/** Lets the head of an HTTP answer go out now: what follows it may take its time, or not come. */
export function flushHead(to: Writable & { readonly flushHeaders?: () => void }): void {
  to.flushHeaders?.();
}
