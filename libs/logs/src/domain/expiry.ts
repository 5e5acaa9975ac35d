import type { OperationType } from '../log-store.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Longer than the work of an operation may take, waiting included. */
const EXPIRY_MS: Partial<Record<OperationType, number>> = { auth: 5 * MINUTE_MS, webhook: 65 * MINUTE_MS, proxy: HOUR_MS };
const DEFAULT_EXPIRY_MS = 25 * HOUR_MS;

/** When an operation that has not ended by itself is taken for lost. */
export const expiryOf = (type: OperationType, from: Date): Date =>
  new Date(from.getTime() + (EXPIRY_MS[type] ?? DEFAULT_EXPIRY_MS));
