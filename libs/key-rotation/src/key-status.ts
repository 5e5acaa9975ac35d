import type { KeyHolder } from '#libs/crypto';
import type { Estimate } from './domain/estimate.js';
import type { ColumnProgress, Rotation } from './rotations.types.js';

export interface RootKeyStatus {
  readonly fingerprint: string;
  /** Whether this process has it, and wraps new data keys with it. */
  readonly loaded: boolean;
  readonly primary: boolean;
  /** Data keys it wraps; one that wraps none and is not primary can be taken out of the list. */
  readonly wraps: number;
  readonly removable: boolean;
}

export interface DataKeyStatus {
  readonly id: number;
  readonly rootFingerprint: string;
  readonly createdAt: Date;
  readonly activatedAt: Date | null;
  readonly seals: boolean;
  /** Values it sealed, by column; only after a scan. */
  readonly uses?: Readonly<Record<string, number>>;
  /** No value needs it any more; only after a scan. */
  readonly removable?: boolean;
}

export interface RotationStatus extends Rotation, Estimate {
  readonly columns: readonly Pick<ColumnProgress, 'name' | 'done' | 'total'>[];
}

/** What is known of keys without showing any. */
export interface KeysStatus {
  readonly roots: readonly RootKeyStatus[];
  readonly dataKeys: readonly DataKeyStatus[];
  readonly processes: readonly KeyHolder[];
  /** Values in clear, by column; only after a scan. */
  readonly inClear?: Readonly<Record<string, number>>;
  /** The latest, whether it runs or not. */
  readonly rotation: RotationStatus | null;
}

/** What opening every value said. */
export interface Verification {
  readonly opened: number;
  readonly failed: number;
  /** The first of those that do not open. */
  readonly failures: readonly string[];
}
