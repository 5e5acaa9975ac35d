import type { LogBatch } from '../log-store.js';

const KINDS = ['operations', 'packed', 'messages'] as const satisfies (keyof LogBatch)[];
const EMPTY: LogBatch = { operations: [], packed: [], messages: [] };

export const countOf = (batch: LogBatch): number => KINDS.reduce((sum, kind) => sum + batch[kind].length, 0);

/** One kind of row apart from the others where there are several, else the middle of the one. */
export function halvesOf(batch: LogBatch): [LogBatch, LogBatch] {
  const [kind = 'messages', ...others] = KINDS.filter((one) => batch[one].length > 0);
  const rows = batch[kind];
  const cut = others.length > 0 ? rows.length : Math.ceil(rows.length / 2);
  return [
    { ...EMPTY, [kind]: rows.slice(0, cut) },
    { ...batch, [kind]: rows.slice(cut) },
  ];
}
