import type { EndSignal } from '#libs/proxy';
import type { Observation } from './domain/merge-limits.js';

/** A call that asks to be let through. */
export interface Ask<Via> {
  /** Takes turns with the others; calls of one caller go in the order they asked. */
  readonly caller: string;
  /** Named when the call is refused. */
  readonly connection: string;
  /** 0 asks for a yes or no at once. */
  readonly maxWaitMs: number;
  readonly signal?: EndSignal | undefined;
  readonly via: Via;
}

/** How an admitted call went. */
export interface Report<Via> {
  readonly seen?: Observation | undefined;
  /** Of the admission, where the bucket gave one. */
  readonly ticket?: string | undefined;
  readonly via: Via;
}

/**
 * Where buckets are kept, for all processes together. A store that cannot answer lets calls through.
 * @typeParam Via what the store needs to know of the run or request that asks
 */
export interface Buckets<Via> {
  /**
   * Resolves when the call may be made, with the ticket to report it by; undefined where it may be made at once.
   * @throws AppError `rate_limited`; the signal's reason when it fires
   */
  admit(bucket: string, ask: Ask<Via>): Promise<string | undefined> | undefined;
  /** Never waits, never throws. */
  report(bucket: string, report: Report<Via>): void;
}
