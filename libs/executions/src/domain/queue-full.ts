import { AppError } from '#libs/kernel';

/** Long enough for some of what waits to have started. */
const RETRY_AFTER_MS = 5_000;

/** Tells a producer that its environment has as many waiting as it may have (spec/engine.md §11.5, 17). */
export const queueFull = (message: string): AppError => new AppError('queue_full', message, { retryAfterMs: RETRY_AFTER_MS });
