import { Readable } from 'node:stream';

/**
 * A streamed body whose beginning is remembered: each attempt first gets what earlier ones got, then goes on reading, as long as
 * the beginning fits into the limit. What it comes from, the caller's connection, survives every attempt.
 */
export class RememberedStream {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #overflowed = false;
  #end: { readonly error?: Error } | undefined;
  /** The attempt that is under way, and whether it has got all that was remembered. */
  #attempt: Readable | undefined;
  #live = false;
  #released = false;

  constructor(
    private readonly owner: Readable,
    private readonly limitBytes: number,
  ) {
    owner.on('data', (chunk: Buffer) => this.#onData(chunk));
    owner.on('end', () => this.#onEnd({}));
    owner.on('error', (error) => this.#onEnd({ error }));
    owner.on('close', () => this.#onEnd({ error: new Error('the body broke off') }));
    owner.pause();
  }

  get canResend(): boolean {
    return !this.#overflowed;
  }

  take(): Readable {
    this.#attempt?.destroy();
    let next = 0;
    const attempt = new Readable({
      read: () => {
        while (next < this.#chunks.length && !this.#live) if (!attempt.push(this.#chunks[next++])) return;
        this.#goOn();
      },
      destroy: (error, done) => {
        if (this.#attempt === attempt) this.#letGo();
        done(error);
      },
    });
    this.#live = false;
    return (this.#attempt = attempt);
  }

  /** No attempt follows: what the one under way leaves unread is read away, for the connection to be of use again. */
  release(): void {
    this.#released = true;
    if (!this.#attempt) this.owner.resume();
  }

  #goOn(): void {
    this.#live = true;
    if (this.#end) finish(this.#attempt, this.#end);
    else this.owner.resume();
  }

  #letGo(): void {
    this.#attempt = undefined;
    if (this.#released || this.#overflowed) this.owner.resume();
    else this.owner.pause();
  }

  #onData(chunk: Buffer): void {
    if (!this.#released) this.#remember(chunk);
    if (this.#live && this.#attempt?.push(chunk) === false) this.owner.pause();
  }

  #remember(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.limitBytes) this.#overflowed = true;
    if (this.#overflowed) this.#chunks = [];
    else this.#chunks.push(chunk);
  }

  #onEnd(end: { readonly error?: Error }): void {
    if (this.#end) return;
    this.#end = end;
    if (this.#live) finish(this.#attempt, end);
  }
}

function finish(attempt: Readable | undefined, { error }: { readonly error?: Error }): void {
  if (error) attempt?.destroy(error);
  else attempt?.push(null);
}
