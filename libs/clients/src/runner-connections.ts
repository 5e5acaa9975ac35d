import type { CallerTokens } from '#libs/execution-token';
import { RunnerConnection } from './runner-connection.js';

/** Then a connection is closed once it is free: the next one may go to a runner that came later. */
const MAX_AGE_MS = 5 * 60_000;

export interface RunnerAddress {
  /** Base address, without a trailing slash. */
  readonly url: string;
  /** Says who asks. */
  readonly callers: CallerTokens;
  /** Silence after which a runner counts as lost. */
  readonly lostAfterMs: number;
}

/** Connections to the runners behind one address: as many as runs go on at once, kept for the next ones. */
export class RunnerConnections {
  readonly #free: RunnerConnection[] = [];
  readonly #aged = new WeakSet<RunnerConnection>();
  #isClosed = false;

  constructor(private readonly address: RunnerAddress) {}

  /** A connection for one run, to be given back after it. @throws what `RunnerConnection.open` throws */
  async take(): Promise<RunnerConnection> {
    for (let free = this.#free.pop(); free; free = this.#free.pop()) {
      if (free.isOpen) return free;
      free.close();
    }
    const { url, callers, lostAfterMs } = this.address;
    const opened = await RunnerConnection.open(url, callers.get(), lostAfterMs);
    setTimeout(() => this.#age(opened), MAX_AGE_MS).unref();
    return opened;
  }

  give(connection: RunnerConnection): void {
    if (connection.isOpen && !this.#isClosed && !this.#aged.has(connection)) this.#free.push(connection);
    else connection.close();
  }

  /** Those that are free now, the others when they are given back. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#free.splice(0)) connection.close();
  }

  #age(connection: RunnerConnection): void {
    this.#aged.add(connection);
    const at = this.#free.indexOf(connection);
    if (at === -1) return;
    this.#free.splice(at, 1);
    connection.close();
  }
}
