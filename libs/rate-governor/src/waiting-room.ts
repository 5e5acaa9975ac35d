import type { Waiter } from './waiter.js';

/** Each waiting call holds a request and its client's connection; a caller who has this many of them here is told to come back. */
const MOST_OF_A_CALLER = 10_000;

/** The calls that wait at one bucket in this replica, in the order they came. */
export class WaitingRoom {
  readonly #waiters = new Map<string, Waiter>();
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#waiters.size;
  }

  hasRoomFor(caller: string): boolean {
    return (this.#counts.get(caller) ?? 0) < MOST_OF_A_CALLER;
  }

  add(waiter: Waiter): void {
    this.#waiters.set(waiter.ticket, waiter);
    this.#counts.set(waiter.caller, (this.#counts.get(waiter.caller) ?? 0) + 1);
  }

  /** Takes one out; undefined if it is not here. */
  take(ticket: string): Waiter | undefined {
    const waiter = this.#waiters.get(ticket);
    if (!waiter) return undefined;
    this.#waiters.delete(ticket);
    const left = (this.#counts.get(waiter.caller) ?? 0) - 1;
    if (left > 0) this.#counts.set(waiter.caller, left);
    else this.#counts.delete(waiter.caller);
    return waiter;
  }

  takeAll(): Waiter[] {
    const all = [...this.#waiters.values()];
    this.#waiters.clear();
    this.#counts.clear();
    return all;
  }

  values(): Iterable<Waiter> {
    return this.#waiters.values();
  }
}
