import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { messageOf, type ConnectionRowId } from '#libs/kernel';
import { ConnectionsRepository } from './connections.repository.js';

const FLUSH_MS = 1_000;

/** Writes down when connections were last read: one statement a second for all of them, not one a read. */
@Injectable()
export class LastFetched implements BeforeApplicationShutdown {
  readonly #log = new Logger(LastFetched.name);
  #pending = new Set<ConnectionRowId>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly connections: ConnectionsRepository) {}

  mark(id: ConnectionRowId): void {
    this.#pending.add(id);
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** A date that could not be written is not worth failing anything for; the next read brings a new one. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ids = [...this.#pending];
    this.#pending = new Set();
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
