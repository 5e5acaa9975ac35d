import { AppError } from '#libs/kernel';

/** What ends a request before its time. An `AbortSignal` is one. */
export interface EndSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Ends requests with their caller, and when the time of the call is up. The clock runs while an answer is waited for, never while one
 * is there. Costs a timer a call: an `AbortSignal.any` would cost more than the request is built in, and would hang on the signal of
 * a run for as long as that lives.
 */
export class CallClock implements EndSignal {
  readonly #listeners = new Set<() => void>();
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
    this.#listeners.add(listener);
    this.caller?.addEventListener(type, listener, options);
  }

  removeEventListener(type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
    this.caller?.removeEventListener(type, listener);
  }

  start(): void {
    if (this.totalMs === Number.POSITIVE_INFINITY) return;
    const left = this.leftMs;
    if (left > 0) this.#timer = setTimeout(this.#end, left);
    else this.#end();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** The value, unless the call ends before it is there. */
  until<Value>(value: Promise<Value>): Promise<Value> {
    if (this.aborted) return Promise.reject(this.reason);
    const ended = Promise.withResolvers<never>();
    const end = (): void => ended.reject(this.reason);
    this.addEventListener('abort', end);
    return Promise.race([value, ended.promise]).finally(() => this.removeEventListener('abort', end));
  }

  readonly #end = (): void => {
    const message = `no answer within the ${Math.round(this.totalMs)} ms of the call`;
    this.#late = new AppError('upstream_unreachable', message, { payload: { code: 'ETIMEDOUT', method: this.method } });
    for (const listener of this.#listeners) listener();
  };
}
