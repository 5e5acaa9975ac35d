import type { LearntLimits } from '#libs/contracts';

/**
 * The same, with no wait beyond a cap: a broken or hostile provider must not close a connection for ever. A window that ends later is
 * not waited for to its end, so nothing is known of what follows it.
 */
export function capLimits(learnt: LearntLimits, capMs: number): LearntLimits {
  const { blockedForMs, resetsInMs, windowMs } = learnt;
  return {
    ...learnt,
    blockedForMs: blockedForMs === undefined ? undefined : Math.min(blockedForMs, capMs),
    windowMs: windowMs === undefined ? undefined : Math.min(windowMs, capMs),
    resetsInMs: resetsInMs !== undefined && resetsInMs <= capMs ? resetsInMs : undefined,
  };
}
