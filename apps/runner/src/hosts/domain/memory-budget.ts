const MB = 1024 ** 2;
/** What a process needs besides the isolate that may be largest. */
const BASE_MB = 256;

/** Resident bytes past which a process ends runs, or is killed: what it is allowed, but never less than the largest function in it may use. */
export function memoryBudget(allowedBytes: number, functionMbs: Iterable<number>): number {
  let largest = 0;
  for (const mb of functionMbs) largest = Math.max(largest, mb);
  return largest === 0 ? allowedBytes : Math.max(allowedBytes, (largest + BASE_MB) * MB);
}

/** How far a process may go beyond its budget, and for how long, while it ends what holds most. */
const OVERSHOOT = 1.25;
const RELIEF_MS = 500;
/** What an ended run is given to go before the next is chosen. */
const ASK_EVERY_MS = 150;

/** A process and its memory at some moment. */
export interface Excess {
  readonly residentBytes: number;
  /** As of `memoryBudget`. */
  readonly allowedBytes: number;
  /** How long it has been beyond that; 0 where it was not before. */
  readonly overMs: number;
  /** How long ago it was asked to end what holds most; infinite where it was not. */
  readonly askedMs: number;
}

/** What to do about it. All that a process runs ends with it, so that is the last resort. */
export function reliefOf({ residentBytes, allowedBytes, overMs, askedMs }: Excess): 'none' | 'ask' | 'kill' {
  if (residentBytes <= allowedBytes) return 'none';
  if (residentBytes > allowedBytes * OVERSHOOT || overMs > RELIEF_MS) return 'kill';
  return askedMs > ASK_EVERY_MS ? 'ask' : 'none';
}
