/** `root`: wrap the data keys under another root key. `data`: seal every value with a new data key. */
export type RotationScope = 'root' | 'data';

export interface Rotation {
  readonly id: number;
  readonly scope: RotationScope;
  /** The root key data keys are wrapped under in the end. */
  readonly rootFingerprint: string;
  /** The data key values are sealed with in the end. */
  readonly dataKeyId: number | null;
  readonly state: 'running' | 'paused' | 'done';
  /** Why it is paused, or what it waits for. */
  readonly note: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** How far a rotation has come in a column. */
export interface ColumnProgress {
  readonly name: string;
  readonly lastKey: readonly unknown[] | null;
  /** Rows that were locked or changed are looked at again in a further pass. */
  readonly pass: number;
  readonly done: number;
  readonly total: number;
  readonly activeMs: number;
  readonly finishedAt: Date | null;
}
