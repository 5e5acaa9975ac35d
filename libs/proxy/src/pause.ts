import type { EndSignal } from './call-clock.js';

/** Waits, at most until the signal fires. Rejects with the signal's reason. */
export function pause(waitMs: number, signal: EndSignal | undefined): Promise<void> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const end = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', end);
  const timer = setTimeout(resolve, waitMs);
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  });
}
