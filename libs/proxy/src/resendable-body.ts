import { Readable } from 'node:stream';
import { LentStream } from './lent-stream.js';
import type { RequestBody } from './domain/outbound-request.js';

/** How much of a streamed body is remembered for another attempt. */
export const REPLAY_LIMIT_BYTES = 1024 * 1024;

/** A request body for one attempt after another. */
export interface ResendableBody {
  /** False once it has been sent and could not be sent again. */
  readonly canResend: boolean;
  /** The body for the next attempt. */
  take(): RequestBody | null;
}

/**
 * @param keep remember the beginning of a stream: without it a stream can be sent once. The stream is never read ahead of the
 * upstream, so a long upload costs no more memory than the limit.
 */
export function resendable(body: RequestBody | undefined, keep: boolean, limitBytes = REPLAY_LIMIT_BYTES): ResendableBody {
  if (!(body instanceof Readable)) return { canResend: true, take: () => body ?? null };
  return keep ? new RememberedStream(body, limitBytes) : new SentOnce(body);
}

class SentOnce implements ResendableBody {
  readonly canResend = false;

  constructor(private readonly stream: Readable) {}

  take(): Readable {
    return new LentStream(this.stream);
  }
}

/** Each attempt first gets what earlier ones got, then goes on reading, as long as the beginning fits into the limit. */
class RememberedStream implements ResendableBody {
  readonly #source: AsyncIterator<Buffer | string>;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #pending: Promise<Buffer | undefined> | undefined;
  #overflowed = false;

  constructor(
    stream: Readable,
    private readonly limitBytes: number,
  ) {
    this.#source = (stream as AsyncIterable<Buffer | string>)[Symbol.asyncIterator]();
  }

  get canResend(): boolean {
    return !this.#overflowed;
  }

  take(): Readable {
    return Readable.from(this.#read(), { objectMode: false });
  }

  async *#read(): AsyncGenerator<Buffer> {
    for (let index = 0; ; index += 1) {
      const chunk = this.#chunks[index] ?? (await this.#next());
      if (chunk === undefined) return;
      yield chunk;
    }
  }

  /** Reads on, for one reader at a time: an attempt that was given up may still be waiting for the chunk the next one needs. */
  #next(): Promise<Buffer | undefined> {
    this.#pending ??= this.#pull().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #pull(): Promise<Buffer | undefined> {
    const { value, done } = await this.#source.next();
    if (done) return undefined;
    const chunk = typeof value === 'string' ? Buffer.from(value) : value;
    this.#bytes += chunk.length;
    if (this.#bytes > this.limitBytes) this.#forget();
    if (!this.#overflowed) this.#chunks.push(chunk);
    return chunk;
  }

  #forget(): void {
    this.#overflowed = true;
    this.#chunks = [];
  }
}
