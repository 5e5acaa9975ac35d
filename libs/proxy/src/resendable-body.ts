import { Readable } from 'node:stream';
import type { RequestBody } from './domain/outbound-request.js';

/** How much of a streamed body is remembered for another attempt. */
export const REPLAY_LIMIT_BYTES = 1024 * 1024;

/** How much waits for an upstream that does not read. */
const READ_AHEAD_BYTES = 64 * 1024;

/** A request body for one attempt after another. */
export interface ResendableBody {
  /** False once it has been sent and could not be sent again. */
  readonly canResend: boolean;
  /** The body for the next attempt. */
  take(): RequestBody | null;
}

/**
 * @param keep remember the beginning of a stream: without it a stream is over with its first byte. It is never read ahead of the
 * upstream, so a long upload costs no more memory than the limit; nor is it destroyed with an attempt, since it may be a request whose
 * connection is needed for the answer.
 */
export function resendable(body: RequestBody | undefined, keep: boolean, limitBytes = REPLAY_LIMIT_BYTES): ResendableBody {
  if (!(body instanceof Readable)) return { canResend: true, take: () => body ?? null };
  return new RememberedStream(body, keep ? limitBytes : 0);
}

/**
 * Each attempt first gets what earlier ones got, then what the stream gives next, as long as the beginning fits into the limit. Past
 * that chunks only pass through, so that a body which is sent once costs hardly more than the stream itself.
 */
class RememberedStream implements ResendableBody {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #overflowed = false;
  /** Who gets what comes next. */
  #reader: AttemptBody | undefined;
  #ending: { readonly error?: Error } | undefined;
  #isOpen = false;

  constructor(
    private readonly source: Readable,
    private readonly limitBytes: number,
  ) {}

  get canResend(): boolean {
    return !this.#overflowed;
  }

  take(): Readable {
    return new AttemptBody(this);
  }

  /** Gives a reader what it has not got yet: what is remembered, then what comes. */
  feed(reader: AttemptBody): void {
    while (reader.taken < this.#chunks.length) if (!reader.push(this.#chunks[reader.taken++])) return;
    if (this.#ending) {
      finish(reader, this.#ending.error);
      return;
    }
    this.#reader = reader;
    if (!this.#isOpen) this.#open();
    this.source.resume();
  }

  /** A reader wants no more. */
  leave(reader: AttemptBody): void {
    if (this.#reader !== reader) return;
    this.#reader = undefined;
    this.source.pause();
  }

  #open(): void {
    this.#isOpen = true;
    const { source } = this;
    if (source.destroyed) return this.#end(source.readableEnded ? undefined : (source.errored ?? brokenOff()));
    // One that is paused does not start to flow by being listened to.
    source.pause().on('data', this.#onData);
    source.once('end', () => this.#end());
    source.once('error', (error) => this.#end(error));
    source.once('close', () => this.#end(brokenOff()));
  }

  /** Without a reader chunks come only where the stream's owner does away with the rest. */
  readonly #onData = (given: Buffer | string): void => {
    const chunk = typeof given === 'string' ? Buffer.from(given) : given;
    const reader = this.#reader;
    if (!this.#overflowed) this.#remember(chunk, reader);
    if (reader && !reader.push(chunk)) this.source.pause();
  };

  #remember(chunk: Buffer, reader: AttemptBody | undefined): void {
    this.#bytes += chunk.length;
    this.#overflowed = this.#bytes > this.limitBytes;
    if (this.#overflowed) {
      this.#chunks = [];
      return;
    }
    this.#chunks.push(chunk);
    if (reader) reader.taken += 1;
  }

  #end(error?: Error): void {
    if (this.#ending) return;
    this.#ending = error ? { error } : {};
    if (this.#reader) finish(this.#reader, error);
  }
}

/** The body of one attempt. */
class AttemptBody extends Readable {
  /** Remembered chunks that it has got. */
  taken = 0;

  constructor(private readonly from: RememberedStream) {
    super({ highWaterMark: READ_AHEAD_BYTES });
  }

  override _read(): void {
    this.from.feed(this);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.from.leave(this);
    done(error);
  }
}

function finish(reader: AttemptBody, error: Error | undefined): void {
  if (error) reader.destroy(error);
  else reader.push(null);
}

const brokenOff = (): Error => new Error('the body broke off');
