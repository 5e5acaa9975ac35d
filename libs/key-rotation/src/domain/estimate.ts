import type { ColumnProgress } from '../rotations.types.js';

export interface Estimate {
  readonly done: number;
  readonly total: number;
  /** Rows a second while it works; null before there is anything to go by. */
  readonly rowsPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** How far a rotation is over all its columns, and how long it takes at the pace it has had. */
export function estimate(columns: readonly Pick<ColumnProgress, 'done' | 'total' | 'activeMs'>[]): Estimate {
  const sum = (of: (column: (typeof columns)[number]) => number) => columns.reduce((all, column) => all + of(column), 0);
  const done = sum((column) => column.done);
  // Rows are added while it runs.
  const total = sum((column) => Math.max(column.done, column.total));
  const activeMs = sum((column) => column.activeMs);
  const pace = activeMs > 0 && done > 0 ? done / (activeMs / 1000) : null;
  return {
    done,
    total,
    rowsPerSecond: pace === null ? null : Math.round(pace),
    secondsLeft: pace === null ? null : Math.ceil((total - done) / pace),
  };
}
