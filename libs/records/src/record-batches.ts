import { Injectable } from '@nestjs/common';
import type { BatchResult } from '#libs/contracts';
import { Cipher } from '#libs/crypto';
import { AppError } from '#libs/kernel';
import { DatasetWriter, type LockedDataset, type Written } from './dataset-writer.js';
import { digest } from './domain/canonical.js';
import { decodeCursor, resumeAfter } from './domain/cursor.js';
import { decideDelete, decideSave, type SaveStep } from './domain/decide.js';
import { deletionTime, type Incoming, readBatch, toPayload } from './domain/incoming.js';
import type { JsonObject } from './domain/json.js';
import { merge } from './domain/merge.js';
import { badCursor } from './errors.js';
import { findStored, markDeleted, readPayloads, restorePayloads, type StoredRow, upsertRows } from './record-rows.js';
import type { WriteBatch } from './records.types.js';
import { openPayload, sealPayload } from './sealing.js';

/** A record of a batch beside what is stored under its id, and what follows. */
interface Planned extends Incoming {
  readonly hash: string;
  readonly stored: StoredRow | undefined;
  readonly step: SaveStep;
}

type Outcome = { written: Written; result: BatchResult };
type Counts = Omit<BatchResult, 'duplicates' | 'nextMerging'>;
type Stored = ReadonlyMap<string, StoredRow>;

const NO_CHANGE: Counts = { added: 0, updated: 0, deleted: 0, unchanged: 0 };
const MOVES: ReadonlySet<SaveStep> = new Set(['add', 'revive', 'change']);

/** Saves, updates and deletes records in batches, one transaction each (change table: spec/engine.md §11.3). */
@Injectable()
export class RecordBatches {
  constructor(
    private readonly writer: DatasetWriter,
    private readonly cipher: Cipher,
  ) {}

  async save(batch: WriteBatch): Promise<BatchResult> {
    return this.#apply(batch, (records, dataset, stored) => {
      const plan = records.map((item) => planned(item, digest(item.record), stored.get(item.id)));
      return this.#write(plan, dataset);
    });
  }

  async update(batch: WriteBatch): Promise<BatchResult> {
    return this.#apply(batch, async (records, dataset, stored) => {
      const live = records.filter(({ id }) => stored.get(id)?.deleted === false);
      const payloads = await readPayloads(
        dataset,
        live.map(({ id }) => id),
      );
      const plan = live.map(({ id, record }) => {
        const merged = merge(this.#open(dataset, id, payloads.get(id)), record);
        return planned({ id, record: merged }, digest(merged), stored.get(id));
      });
      return this.#write(plan, dataset);
    });
  }

  async delete(batch: WriteBatch): Promise<BatchResult> {
    return this.#apply(batch, async (records, dataset, stored) => {
      const gone = records.filter(({ id }) => decideDelete(stored.get(id)));
      await markDeleted(
        dataset,
        gone.map(({ id, record }) => ({ id, deletedAt: deletionTime(record) })),
      );
      const counts = { ...NO_CHANGE, deleted: gone.length };
      return { written: { changes: gone.length, liveDelta: -gone.length }, counts };
    });
  }

  async #apply(
    batch: WriteBatch,
    work: (records: readonly Incoming[], dataset: LockedDataset, stored: Stored) => Promise<{ written: Written; counts: Counts }>,
  ): Promise<BatchResult> {
    this.#requireKey();
    const { records, duplicates } = readBatch(batch.records);
    const pinned = batch.merging === undefined ? undefined : (decodeCursor(batch.merging) ?? badCursor('x-merging'));
    if (records.length === 0) return { ...NO_CHANGE, duplicates: [], ...nextMerging(batch) };
    return this.writer.apply(batch, async (dataset): Promise<Outcome> => {
      const shieldedAfter = pinned && resumeAfter(pinned, dataset.id);
      const stored = await findStored(
        dataset,
        batch.runId,
        records.map(({ id }) => id),
        shieldedAfter,
      );
      const { written, counts } = await work(records, dataset, stored);
      return { written, result: { ...counts, duplicates: [...duplicates], ...nextMerging(batch) } };
    });
  }

  async #write(plan: readonly Planned[], dataset: LockedDataset): Promise<{ written: Written; counts: Counts }> {
    const moved = plan.filter(({ step }) => MOVES.has(step));
    const restored = plan.filter(({ step }) => step === 'restore');
    const seal = ({ id, record, hash }: Planned) => ({
      id,
      hash,
      payload: sealPayload(this.cipher, dataset.id, id, toPayload(record)),
    });
    if (moved.length > 0) await upsertRows(dataset, moved.map(seal));
    if (restored.length > 0) await restorePayloads(dataset, restored.map(seal));
    const updated = plan.filter(({ step }) => step === 'change').length;
    const added = moved.length - updated;
    return {
      written: {
        changes: moved.length,
        liveDelta: added,
        seen: seenNumbers(plan, dataset.lastSeq),
        prunedSeq: lowerPruned(restored, dataset),
      },
      counts: { ...NO_CHANGE, added, updated, unchanged: plan.length - moved.length },
    };
  }

  /** A pruned record has no payload left: the partial record is all there is to know then. */
  #open(dataset: LockedDataset, id: string, payload: Buffer | null | undefined): JsonObject {
    return payload ? (JSON.parse(openPayload(this.cipher, dataset.id, id, payload)) as JsonObject) : {};
  }

  #requireKey(): void {
    if (this.cipher.enabled) return;
    throw new AppError('encryption_key_missing', 'records are only stored encrypted: set NANGO_ENCRYPTION_KEY');
  }
}

const planned = (item: Incoming, hash: string, stored: StoredRow | undefined): Planned => ({
  ...item,
  hash,
  stored,
  step: decideSave(stored, hash),
});

/** `num` of every record of the plan: a new or revived record is known by the sequence number it gets. */
function seenNumbers(plan: readonly Planned[], lastSeq: number): number[] {
  let seq = lastSeq;
  return plan.map(({ step, stored }) => {
    if (MOVES.has(step)) seq += 1;
    return stored && step !== 'revive' ? stored.num : seq;
  });
}

/** A restored record lies behind the point up to which everything was pruned: that point moves back before it. */
function lowerPruned(restored: readonly Planned[], dataset: LockedDataset): number | undefined {
  if (restored.length === 0) return undefined;
  return Math.min(dataset.prunedSeq, ...restored.map(({ stored }) => (stored?.seq ?? dataset.prunedSeq) - 1));
}

/** The pinned point stays where it is: what this run writes itself is told apart by its batches. */
const nextMerging = ({ merging }: WriteBatch) => (merging === undefined ? {} : { nextMerging: merging });
