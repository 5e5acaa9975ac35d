import { Duplex } from 'node:stream';

/** A transformation that is chosen by the first byte of what is to be transformed. */
export const firstByteDecides = (choose: (first: number) => Duplex): Duplex => new Chosen(choose);

class Chosen extends Duplex {
  #inner: Duplex | undefined;

  constructor(private readonly choose: (first: number) => Duplex) {
    super();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#inner ??= this.#open(this.choose(chunk.readUInt8()));
    this.#inner.write(chunk, done);
  }

  override _final(done: () => void): void {
    if (this.#inner) this.#inner.end(done);
    else {
      this.push(null);
      done();
    }
  }

  override _read(): void {
    this.#inner?.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner?.destroy();
    done(error);
  }

  #open(inner: Duplex): Duplex {
    return inner
      .on('data', (bytes: Buffer) => void (this.push(bytes) || inner.pause()))
      .on('end', () => void this.push(null))
      .on('error', (error) => void this.destroy(error));
  }
}
