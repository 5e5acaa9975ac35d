import type { EndSignal } from '#libs/proxy';
import { rateLimited } from '#libs/rate-limits';

/** A call of this replica that wants to be let through. */
export interface Waiter {
  readonly ticket: string;
  readonly caller: string;
  /** Of `performance.now()`. */
  readonly deadline: number;
  /** Lets the call go; with its ticket where it was admitted. */
  go(ticket: string | undefined): void;
  /** Refuses it. @param waitMs until another try makes sense */
  refuse(waitMs: number): void;
}

/** What a call asks of a bucket. */
export interface Wish {
  readonly ticket: string;
  readonly caller: string;
  readonly connection: string;
  /** 0 wants a yes or no. */
  readonly maxWaitMs: number;
  readonly signal?: EndSignal | undefined;
}

/** @param onLeave told when the call is settled by its own time limit or its caller's going */
export function newWaiter(
  { ticket, caller, connection, maxWaitMs, signal }: Wish,
  onLeave: (ticket: string) => number,
): { readonly waiter: Waiter; readonly settled: Promise<string | undefined> } {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  const waiter: Waiter = {
    ticket,
    caller,
    deadline: performance.now() + maxWaitMs,
    go: (given) => (end(), resolve(given)),
    refuse: (waitMs) => (end(), reject(rateLimited(connection, waitMs))),
  };
  const onAbort = () => {
    end();
    onLeave(ticket);
    reject(signal?.reason);
  };
  const timer = maxWaitMs > 0 ? setTimeout(() => waiter.refuse(onLeave(ticket)), maxWaitMs) : undefined;
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  return { waiter, settled: promise };
}
