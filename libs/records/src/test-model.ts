import type { BatchResult } from '#libs/contracts';
import { digest } from './domain/canonical.js';
import type { JsonObject } from './domain/json.js';
import { merge } from './domain/merge.js';

type Doc = JsonObject & { readonly id: string };

/** What was asked of a dataset. */
export type Operation =
  | { readonly kind: 'save' | 'update' | 'delete'; readonly runId: string; readonly records: readonly Doc[] }
  | { readonly kind: 'start' | 'end' | 'outdated'; readonly runId: string }
  | { readonly kind: 'prune'; readonly runId: string; readonly untilSeq: number; readonly limit: number };

export interface ModelRecord {
  readonly id: string;
  readonly seq: number;
  readonly action: 'ADDED' | 'UPDATED' | 'DELETED';
  /** Null where it was pruned. */
  readonly doc: Doc | null;
}

interface Entry {
  seq: number;
  addedAt: number;
  deleted: boolean;
  /** Of the content last saved; a pruned record still has it. */
  hash: string;
  doc: Doc | null;
}

/** A batch, and which records it showed alive, each with when it was added: one that was deleted and came back is another. */
interface Shown {
  readonly runId: string;
  readonly added: Set<number>;
}

/**
 * A dataset as the specification describes it (spec/engine.md §11.3, §4.5, §4.8), one operation after the other, in plain collections:
 * what the store has to equal.
 */
export class ModelDataset {
  readonly #entries = new Map<string, Entry>();
  readonly #batches: Shown[] = [];
  #seq = 0;
  #trackedFrom: number | null = null;

  /** What the operation answers. */
  apply(operation: Operation): object {
    const shown: Shown = { runId: operation.runId, added: new Set() };
    const answer = this.#answer(operation, shown);
    if (!('conflict' in answer)) this.#batches.push(shown);
    return answer;
  }

  get live(): number {
    return [...this.#entries.values()].filter(({ deleted }) => !deleted).length;
  }

  /** In the order of the cursor. */
  get records(): ModelRecord[] {
    return [...this.#entries]
      .map(([id, { seq, addedAt, deleted, doc }]) => ({
        id,
        seq,
        action: deleted ? ('DELETED' as const) : seq === addedAt ? ('ADDED' as const) : ('UPDATED' as const),
        doc,
      }))
      .toSorted((a, b) => a.seq - b.seq);
  }

  #answer(operation: Operation, shown: Shown): object {
    switch (operation.kind) {
      case 'save':
        return this.#each(operation.records, (doc) => this.#save(doc, shown));
      case 'update':
        return this.#each(operation.records, (doc) => this.#update(doc, shown));
      case 'delete':
        return this.#each(operation.records, ({ id }) => this.#delete(id));
      case 'start':
        this.#trackedFrom ??= this.#firstOf(operation.runId);
        return {};
      case 'end':
        return this.#end();
      case 'outdated':
        return this.#deleteUnseen(this.#firstOf(operation.runId));
      default:
        return this.#prune(operation.untilSeq, operation.limit);
    }
  }

  #each(records: readonly Doc[], change: (doc: Doc) => keyof BatchResult | null): object {
    const counts: Record<string, number> = { added: 0, updated: 0, deleted: 0, unchanged: 0 };
    const ids = new Set<string>();
    const duplicates = new Set<string>();
    for (const doc of records) {
      if (ids.has(doc.id)) {
        duplicates.add(doc.id);
        continue;
      }
      ids.add(doc.id);
      const what = change(doc);
      if (what) counts[what] = (counts[what] ?? 0) + 1;
    }
    return { ...counts, duplicates: [...duplicates] };
  }

  #save(doc: Doc, shown: Shown): keyof BatchResult {
    const hash = digest(doc);
    const stored = this.#entries.get(doc.id);
    if (!stored || stored.deleted) {
      this.#seq += 1;
      this.#entries.set(doc.id, { seq: this.#seq, addedAt: this.#seq, deleted: false, hash, doc });
      shown.added.add(this.#seq);
      return 'added';
    }
    shown.added.add(stored.addedAt);
    const isChanged = stored.hash !== hash;
    if (isChanged) stored.seq = this.#seq += 1;
    stored.hash = hash;
    stored.doc = doc;
    return isChanged ? 'updated' : 'unchanged';
  }

  #update(partial: Doc, shown: Shown): keyof BatchResult | null {
    const stored = this.#entries.get(partial.id);
    return stored && !stored.deleted ? this.#save(merge(stored.doc ?? {}, partial) as Doc, shown) : null;
  }

  #delete(id: string): keyof BatchResult | null {
    const stored = this.#entries.get(id);
    if (!stored || stored.deleted) return null;
    stored.deleted = true;
    stored.seq = this.#seq += 1;
    return 'deleted';
  }

  #end(): object {
    if (this.#trackedFrom === null) return { conflict: true };
    const answer = this.#deleteUnseen(this.#trackedFrom);
    this.#trackedFrom = null;
    return answer;
  }

  #firstOf(runId: string): number {
    const first = this.#batches.findIndex((batch) => batch.runId === runId);
    return first < 0 ? this.#batches.length : first;
  }

  #deleteUnseen(from: number): object {
    const shown = new Set<number>();
    for (const { added } of this.#batches.slice(from)) for (const one of added) shown.add(one);
    const gone = [...this.#entries]
      .filter(([, { deleted, addedAt }]) => !deleted && !shown.has(addedAt))
      .toSorted(([, a], [, b]) => a.seq - b.seq);
    for (const [id] of gone) this.#delete(id);
    return { deletedKeys: gone.map(([id]) => id).toSorted() };
  }

  #prune(untilSeq: number, limit: number): object {
    const due = [...this.#entries.values()].filter(({ seq, doc }) => seq <= untilSeq && doc).toSorted((a, b) => a.seq - b.seq);
    for (const entry of due.slice(0, limit)) entry.doc = null;
    return { count: Math.min(due.length, limit), hasMore: due.length > limit };
  }
}
