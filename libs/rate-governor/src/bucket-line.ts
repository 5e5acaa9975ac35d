import type { Observation } from '#libs/rate-limits';
import { BucketNews } from './bucket-news.js';
import { Sleep } from './sleep.js';
import type { Turn, TurnScript } from './turn-script.js';
import { newWaiter, type Waiter, type Wish } from './waiter.js';
import { WaitingRoom } from './waiting-room.js';

interface LineEvents {
  /** What Redis says of the bucket; undefined when nobody watches it. */
  onTurn(turn: Turn | undefined): void;
  /** Redis did not answer: so many calls went unasked. */
  onUnanswered(calls: number): void;
  onIdle(): void;
}

/** One bucket as one replica sees it: one loop asks Redis for all that wait here, and sleeps until there can be something to be told. */
export class BucketLine {
  readonly #waiting = new WaitingRoom();
  readonly #tries = new Map<string, Waiter>();
  readonly #news = new BucketNews();
  readonly #sleep = new Sleep();
  #isRunning = false;
  /** When there may be room, of `performance.now()`. */
  #opensAt = 0;

  constructor(
    private readonly bucket: string,
    private readonly script: TurnScript,
    private readonly events: LineEvents,
  ) {}

  /** Resolves with the ticket, or without one where nobody could be asked. @throws AppError `rate_limited`; the signal's reason */
  join(wish: Wish): Promise<string | undefined> {
    const { waiter, settled } = newWaiter(wish, (ticket) => this.#leave(ticket));
    if (wish.signal?.aborted) return settled;
    if (wish.maxWaitMs === 0) this.#try(waiter);
    else if (this.#waiting.hasRoomFor(wish.caller)) this.#wait(waiter);
    else waiter.refuse(this.#untilOpeningMs());
    return settled;
  }

  report(seen: Observation | undefined, ticket: string | undefined): void {
    this.#news.report(seen, ticket);
    this.wake();
  }

  /** Asks Redis now, rather than when it said. */
  wake(): void {
    this.#sleep.end();
    if (!this.#isRunning) void this.#run();
  }

  /** Refuses those whose time will be up before the provider answers anybody. */
  blockedFor(ms: number): void {
    const opensAt = performance.now() + ms;
    const inVain = [...this.#waiting.values()].filter(({ deadline }) => deadline < opensAt);
    for (const waiter of inVain) {
      this.#leave(waiter.ticket);
      waiter.refuse(ms);
    }
  }

  #wait(waiter: Waiter): void {
    this.#waiting.add(waiter);
    this.#news.arrive(waiter.ticket, waiter.caller);
    this.wake();
  }

  #try(waiter: Waiter): void {
    this.#tries.set(waiter.ticket, waiter);
    this.#news.try(waiter.ticket);
    this.wake();
  }

  /** @returns milliseconds until there may be room */
  #leave(ticket: string): number {
    this.#tries.delete(ticket);
    const waiter = this.#waiting.take(ticket);
    if (waiter) {
      this.#news.depart(ticket, waiter.caller);
      this.wake();
    }
    return this.#untilOpeningMs();
  }

  #untilOpeningMs(): number {
    return this.#opensAt - performance.now();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    do {
      this.#sleep.begin();
      await this.#turn();
    } while (await this.#goesOn());
    this.#isRunning = false;
    this.events.onIdle();
  }

  async #goesOn(): Promise<boolean> {
    if (!this.#news.isEmpty) return true;
    if (this.#waiting.size === 0) return false;
    await this.#sleep.over();
    return true;
  }

  async #turn(): Promise<void> {
    const turn = await this.script.turn(this.bucket, this.#news.take(this.#waiting.size));
    if (turn === 'unanswered') return this.events.onUnanswered(this.#releaseAll());
    if (turn) this.#settle(turn);
    else this.#releaseAll();
    this.events.onTurn(turn);
  }

  #settle({ admitted, refused, isLost, isOpeningKnown, openingMs, sleepMs }: Turn): void {
    this.#opensAt = performance.now() + openingMs;
    for (const ticket of admitted) this.#admit(ticket);
    for (const ticket of refused) {
      this.#tries.get(ticket)?.refuse(openingMs);
      this.#tries.delete(ticket);
    }
    if (isLost) this.#news.arriveAnew(this.#waiting.values());
    if (isOpeningKnown) this.blockedFor(openingMs);
    this.#sleep.last(sleepMs);
  }

  #admit(ticket: string): void {
    const waiter = this.#waiting.take(ticket) ?? this.#tries.get(ticket);
    this.#tries.delete(ticket);
    if (waiter) waiter.go(ticket);
    else this.#news.spare(ticket);
  }

  /** Nobody watches the bucket, or nobody can be asked: everybody goes. */
  #releaseAll(): number {
    const all = [...this.#waiting.takeAll(), ...this.#tries.values()];
    this.#tries.clear();
    this.#news.forgetPlaces();
    for (const waiter of all) waiter.go(undefined);
    return all.length;
  }
}
