import { Readable } from 'node:stream';

/**
 * A request's body as it is lent to an upstream, which may do away with it: an answer ahead of the end of an upload, or a broken
 * connection, must not break the connection it comes from, on which the caller waits to be told. What is left of it is read away.
 */
export class LentStream extends Readable {
  constructor(private readonly owner: Readable) {
    super({ highWaterMark: owner.readableHighWaterMark });
    owner.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
    owner.pause();
  }

  override _read(): void {
    this.owner.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.owner.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    this.owner.resume();
    done(error);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.owner.pause();
  };

  readonly #onEnd = (): void => void this.push(null);

  /** Stays: an owner that fails later has been heard already. */
  readonly #onError = (error: Error): void => void this.destroy(error);

  readonly #onClose = (): void => {
    if (!this.owner.readableEnded) this.destroy(new Error('the body broke off'));
  };
}
