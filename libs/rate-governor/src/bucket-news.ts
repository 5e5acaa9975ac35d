import { mergeLimits, type Observation } from '#libs/rate-limits';
import type { News } from './turn-script.js';
import type { Waiter } from './waiter.js';

/** The most that one script call is given of anything, so that Redis is never held up for long. */
const MOST_A_TURN = 1_000;

type Place = readonly [ticket: string, caller: string];

/** What there is to tell of a bucket, gathered while an answer is awaited. */
export class BucketNews {
  #seen: Observation | undefined;
  #answered: string[] = [];
  #spare: string[] = [];
  #departures: Place[] = [];
  #tries: string[] = [];
  /** Withdrawn without a word when they leave before they were told of. */
  readonly #arrivals = new Map<string, string>();

  get isEmpty(): boolean {
    const lists = this.#answered.length + this.#spare.length + this.#departures.length + this.#tries.length;
    return this.#seen === undefined && lists + this.#arrivals.size === 0;
  }

  report(seen: Observation | undefined, ticket: string | undefined): void {
    if (seen) this.#seen = this.#seen ? mergeLimits(this.#seen, seen) : seen;
    if (ticket !== undefined) this.#answered.push(ticket);
  }

  arrive(ticket: string, caller: string): void {
    this.#arrivals.set(ticket, caller);
  }

  /** Everybody who waits, in order: what was told of them is forgotten. */
  arriveAnew(waiting: Iterable<Pick<Waiter, 'ticket' | 'caller'>>): void {
    this.#arrivals.clear();
    for (const { ticket, caller } of waiting) this.#arrivals.set(ticket, caller);
  }

  depart(ticket: string, caller: string): void {
    if (!this.#arrivals.delete(ticket)) this.#departures.push([ticket, caller]);
  }

  try(ticket: string): void {
    this.#tries.push(ticket);
  }

  spare(ticket: string): void {
    this.#spare.push(ticket);
  }

  /** Nobody comes, goes or tries any more. */
  forgetPlaces(): void {
    this.#arrivals.clear();
    this.#departures = [];
    this.#tries = [];
  }

  /** Takes what the next turn tells. @param waiting all that wait here, arriving ones included */
  take(waiting: number): News {
    const arrivals = [...this.#arrivals].slice(0, MOST_A_TURN);
    const queued = waiting - this.#arrivals.size;
    for (const [ticket] of arrivals) this.#arrivals.delete(ticket);
    const seen = this.#seen;
    this.#seen = undefined;
    return {
      seen,
      arrivals,
      queued,
      answered: this.#answered.splice(0, MOST_A_TURN),
      spare: this.#spare.splice(0, MOST_A_TURN),
      departures: this.#departures.splice(0, MOST_A_TURN),
      tries: this.#tries.splice(0, MOST_A_TURN),
    };
  }
}
