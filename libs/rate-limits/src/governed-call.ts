import type { Attempt, OutboundRequest, SendOptions } from '#libs/proxy';
import type { Observation } from './domain/merge-limits.js';
import { bucketOf, callerIn, connectionOf } from './domain/bucket-key.js';
import { readLimits } from './domain/read-limits.js';
import type { Gate } from './gate.js';
import type { Governed, GovernorOptions } from './governed.js';

type Target = Pick<OutboundRequest, 'origin' | 'path'>;

/** The governor's part in one call: `admit` before each attempt, `learn` after it. */
export class GovernedCall<Via> {
  #waitLeftMs: number;
  /** The admission under way, until its answer is there or its caller is gone. */
  #admitted: { readonly bucket: string; readonly ticket: string } | undefined;

  constructor(
    private readonly gate: Gate<Via>,
    private readonly call: Governed<Via>,
    private readonly options: GovernorOptions,
  ) {
    this.#waitLeftMs = call.maxWaitMs ?? options.maxWaitMs;
  }

  /**
   * Undefined where the call may be made at once, as it may on every bucket that is not watched.
   * @param endsAt when the call's time is up, in milliseconds since the epoch: nobody waits past it
   * @throws AppError `rate_limited`, with `retryAfterMs`; the signal's reason when it fires
   */
  admit(request: Target, endsAt = Number.POSITIVE_INFINITY): Promise<void> | undefined {
    const mode = this.call.mode ?? this.options.mode;
    if (this.gate.watch.isEmpty || mode === 'pass') return undefined;
    const { environmentId, lease, caller, signal, via } = this.call;
    const bucket = this.#bucketOf(request);
    if (!this.gate.watch.find(bucket)) return undefined;
    const admission = this.gate.admit(bucket, {
      caller: callerIn(environmentId, lease, caller()),
      connection: connectionOf(lease),
      maxWaitMs: mode === 'wait' ? Math.max(0, Math.min(this.#waitLeftMs, endsAt - Date.now())) : 0,
      signal,
      via,
    });
    return admission && this.#admit(bucket, admission);
  }

  /** Reads an attempt's answer, and gives back its place. */
  learn({ request, outcome, durationMs }: Pick<Attempt, 'request' | 'outcome' | 'durationMs'>): void {
    const learnt = readLimits(outcome, request.retry, Date.now(), this.options.maxBlockMs);
    const ticket = this.#release();
    const { watch } = this.gate;
    if (!learnt?.low && watch.isEmpty) return;
    const bucket = this.#bucketOf(request);
    if (!learnt?.low && !watch.find(bucket)) return;
    if (learnt || ticket !== undefined) this.#report(bucket, learnt && { learnt, ageMs: durationMs }, ticket);
  }

  /** A wait that the body of a refusal names (spec/auth.md §1.8 `in_body`), in milliseconds. */
  learnWait(request: Target, waitMs: number): void {
    const blockedForMs = Math.min(Math.max(1, waitMs), this.options.maxBlockMs);
    this.#report(this.#bucketOf(request), { learnt: { low: true, blockedForMs }, ageMs: 0 }, this.#release());
  }

  async #admit(bucket: string, admission: Promise<string | undefined>): Promise<void> {
    const askedAt = performance.now();
    const ticket = await admission;
    this.#waitLeftMs = Math.max(0, this.#waitLeftMs - (performance.now() - askedAt));
    if (ticket !== undefined) this.#hold(bucket, ticket);
  }

  /** An attempt that is given up has no answer to learn from: its place is given back when its caller goes. */
  #hold(bucket: string, ticket: string): void {
    this.#admitted = { bucket, ticket };
    const { signal } = this.call;
    if (signal?.aborted) this.#onGone();
    else signal?.addEventListener('abort', this.#onGone, { once: true });
  }

  readonly #onGone = (): void => {
    const held = this.#admitted;
    this.#admitted = undefined;
    if (held) this.#report(held.bucket, undefined, held.ticket);
  };

  #release(): string | undefined {
    const held = this.#admitted;
    this.#admitted = undefined;
    if (held) this.call.signal?.removeEventListener('abort', this.#onGone);
    return held?.ticket;
  }

  #report(bucket: string, seen: Observation | undefined, ticket: string | undefined): void {
    this.gate.report(bucket, { seen, ticket, via: this.call.via });
  }

  #bucketOf(request: Target): string {
    return bucketOf(this.call.environmentId, this.call.lease, request);
  }
}

/**
 * What of `ProxyTransport.send`'s options puts a call under the governor, where it is under one.
 * @param onAttempt told of every attempt besides
 */
export const governedOptions = <Via>(
  call: GovernedCall<Via> | undefined,
  onAttempt: (attempt: Attempt) => void,
): Pick<SendOptions, 'admit' | 'onBodyWait' | 'onAttempt'> =>
  call
    ? {
        admit: (request, _attempt, endsAt) => call.admit(request, endsAt),
        onBodyWait: (request, waitMs) => call.learnWait(request, waitMs),
        onAttempt: (attempt) => {
          call.learn(attempt);
          onAttempt(attempt);
        },
      }
    : { onAttempt };
