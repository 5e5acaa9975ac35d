import { AppError } from '#libs/kernel';

/** What ends a request before its time. An `AbortSignal` is one. */
export interface EndSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Calls whose time is long share one timer: one for each would be the dearest part of a short call. */
const SHARED_FROM_MS = 10_000;
const TICK_MS = 100;
const running = new Set<CallClock>();
let ticker: NodeJS.Timeout | undefined;

function tick(): void {
  for (const clock of running) clock.look();
  if (running.size > 0) return;
  clearInterval(ticker);
  ticker = undefined;
}

/**
 * Ends requests with their caller, and when the time of the call is up. The clock runs while an answer is waited for, never while one
 * is there. An `AbortSignal.any` would cost more than the request is built in, and would hang on the signal of a run for as long as
 * that lives.
 */
export class CallClock implements EndSignal {
  readonly #listeners: (() => void)[] = [];
  readonly #endsAt: number;
  #timer: NodeJS.Timeout | undefined;
  #late: AppError | undefined;

  /** @param totalMs may be infinite */
  constructor(
    private readonly caller: EndSignal | undefined,
    private readonly method: string,
    private readonly totalMs: number,
  ) {
    this.#endsAt = performance.now() + totalMs;
  }

  get aborted(): boolean {
    return this.#late !== undefined || this.caller?.aborted === true;
  }

  get reason(): unknown {
    return this.#late ?? this.caller?.reason;
  }

  /** What the call ends with when its time is up; undefined while it is not. */
  get late(): AppError | undefined {
    return this.#late;
  }

  get leftMs(): number {
    return this.#endsAt - performance.now();
  }

  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void {
    this.#listeners.push(listener);
    this.caller?.addEventListener(type, listener, options);
  }

  removeEventListener(type: 'abort', listener: () => void): void {
    const index = this.#listeners.indexOf(listener);
    if (index >= 0) this.#listeners.splice(index, 1);
    this.caller?.removeEventListener(type, listener);
  }

  start(): void {
    if (this.totalMs === Number.POSITIVE_INFINITY) return;
    if (this.totalMs >= SHARED_FROM_MS) {
      running.add(this);
      ticker ??= setInterval(tick, TICK_MS).unref();
      return;
    }
    const left = this.leftMs;
    if (left > 0) this.#timer = setTimeout(() => this.#end(), Math.ceil(left));
    else this.#end();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    else running.delete(this);
  }

  /** Ends the call if its time is up. */
  look(): void {
    if (this.leftMs > 0) return;
    running.delete(this);
    this.#end();
  }

  /** The value, unless the call ends before it is there. */
  until<Value>(value: Promise<Value>): Promise<Value> {
    if (this.aborted) return Promise.reject(this.reason);
    const ended = Promise.withResolvers<never>();
    const end = (): void => ended.reject(this.reason);
    this.addEventListener('abort', end);
    return Promise.race([value, ended.promise]).finally(() => this.removeEventListener('abort', end));
  }

  #end(): void {
    const message = `no answer within the ${Math.round(this.totalMs)} ms of the call`;
    this.#late = new AppError('upstream_unreachable', message, { payload: { code: 'ETIMEDOUT', method: this.method } });
    for (const listener of this.#listeners.slice()) listener();
  }
}
