import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { messageOf, type ConnectionRowId } from '#libs/kernel';
import { ConnectionsRepository } from './connections.repository.js';

const FLUSH_MS = 1_000;
/** A connection in use is written down once in this time, however often it is marked. */
const ROUND_MS = 60_000;

/** Writes down when connections were last read: by the minute, and in one statement a second for all of them. */
@Injectable()
export class LastFetched implements BeforeApplicationShutdown {
  readonly #log = new Logger(LastFetched.name);
  /** Marked in this round. */
  #marked = new Set<ConnectionRowId>();
  #roundEnds = 0;
  #pending: ConnectionRowId[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly connections: ConnectionsRepository) {}

  mark(id: ConnectionRowId): void {
    const now = performance.now();
    if (now >= this.#roundEnds) {
      this.#marked = new Set();
      this.#roundEnds = now + ROUND_MS;
    }
    if (this.#marked.has(id)) return;
    this.#marked.add(id);
    this.#pending.push(id);
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** A date that could not be written is not worth failing anything for; the next round brings a new one. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ids = this.#pending;
    this.#pending = [];
    if (ids.length === 0) return;
    await this.connections.markFetched(ids, new Date()).catch((error: unknown) => {
      this.#log.warn(`last_fetched_at was not written: ${messageOf(error)}`);
    });
  }

  /** Before the database's own module closes it. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
  }
}
