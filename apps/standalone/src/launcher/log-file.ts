import { appendFileSync, renameSync, statSync } from 'node:fs';

const MAX_BYTES = 50 * 1024 * 1024;
const FLUSH_AFTER_MS = 200;

/** A log that keeps at most two files of 50 MB: the current one and the one before (`.1`). */
export class LogFile {
  #size: number;
  #pending: string[] = [];

  constructor(private readonly path: string) {
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    process.once('exit', () => this.#flush());
  }

  write(line: string): void {
    if (this.#pending.length === 0) setTimeout(() => this.#flush(), FLUSH_AFTER_MS);
    this.#pending.push(line);
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const text = `${this.#pending.join('\n')}\n`;
    this.#pending = [];
    if (this.#size > MAX_BYTES) {
      renameSync(this.path, `${this.path}.1`);
      this.#size = 0;
    }
    appendFileSync(this.path, text, { mode: 0o600 });
    this.#size += Buffer.byteLength(text);
  }
}
