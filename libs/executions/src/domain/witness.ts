import { WORKER_HEARTBEAT_MS } from './limits.js';

/** Between two looks of one who sweeps; more means that the database was away, or somebody else swept. */
const GAP_MS = 10_000;
/** In which everybody who is alive has said so. */
const HEARD_WITHIN_MS = 2 * WORKER_HEARTBEAT_MS;

/**
 * Whether silence means anything. While the database is away nobody can say that he is alive: whoever looks for the first time, or again after a
 * gap, listens for a while before he takes silence for a loss.
 */
export class Witness {
  #sinceMs = Number.NaN;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** @param nowMs of a steady clock */
  hasWatched(nowMs: number): boolean {
    if (nowMs - this.#lastMs > GAP_MS) this.#sinceMs = nowMs;
    this.#lastMs = nowMs;
    return nowMs - this.#sinceMs >= HEARD_WITHIN_MS;
  }
}
