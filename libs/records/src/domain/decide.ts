/** What is stored under an incoming record's id. */
export interface Stored {
  readonly num: number;
  readonly hash: string;
  readonly deleted: boolean;
  readonly pruned: boolean;
  /** Changed by somebody else after the point this run may overwrite up to (`ignore_if_modified_after`). */
  readonly shielded: boolean;
}

/**
 * `add`: unknown until now · `revive`: was deleted · `change`: other content · `restore`: same content, pruned before ·
 * `keep`: nothing to write.
 */
export type SaveStep = 'add' | 'revive' | 'change' | 'restore' | 'keep';

/** What saving a record of this digest does (change table: spec/engine.md §11.3). */
export function decideSave(stored: Stored | undefined, hash: string): SaveStep {
  if (!stored) return 'add';
  if (stored.shielded) return 'keep';
  if (stored.deleted) return 'revive';
  if (stored.hash !== hash) return 'change';
  return stored.pruned ? 'restore' : 'keep';
}

/** Whether deleting a record changes anything: only a live one, so that a deletion is announced once. */
export const decideDelete = (stored: Stored | undefined): boolean => stored !== undefined && !stored.deleted && !stored.shielded;
