import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]?: Name };

/** Internal numeric ids (columns `…_id`), kept apart by type so that two of them cannot be swapped. */
export type AccountId = Branded<number, 'account'>;
export type EnvironmentId = Branded<number, 'environment'>;
export type IntegrationId = Branded<number, 'integration'>;
export type ConnectionRowId = Branded<number, 'connection'>;
export type FunctionId = Branded<number, 'function'>;
/** UUID v7: sorts by creation time and names the day partition its row lives in. */
export type ExecutionId = Branded<string, 'execution'>;
export type OperationId = Branded<string, 'operation'>;
export type SyncId = Branded<string, 'sync'>;
export type DeliveryId = Branded<string, 'delivery'>;

/** Asking the system for sixteen random bytes at a time costs more than all the rest of an id. */
const randomBytes = new Uint8Array(16 * 256);
let randomUsed = randomBytes.length;
let lastMs = 0;
let sequence = 0;

/** A new UUID v7 (RFC 9562 §5.7), greater than all that this process made before. */
export function newId(): string {
  const random = nextRandom();
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    sequence = new DataView(random.buffer, random.byteOffset).getUint32(6) >>> 1;
  } else {
    sequence = (sequence + 1) >>> 0;
    if (sequence === 0) lastMs += 1;
  }
  return v7({ random, msecs: lastMs, seq: sequence });
}

function nextRandom(): Uint8Array {
  if (randomUsed === randomBytes.length) {
    randomFillSync(randomBytes);
    randomUsed = 0;
  }
  randomUsed += 16;
  return randomBytes.subarray(randomUsed - 16, randomUsed);
}

/** The smallest UUID v7 of a moment: the lower bound of everything created at or after it. */
export function idFloor(at: Date): string {
  const hex = at.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
