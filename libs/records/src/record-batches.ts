import { Inject, Injectable } from '@nestjs/common';
import { setImmediate } from 'node:timers/promises';
import type { BatchResult } from '#libs/contracts';
import { Cipher } from '#libs/crypto';
import { AppError } from '#libs/kernel';
import { DatasetWriter, type LockedDataset, type Written } from './dataset-writer.js';
import { digest, digester } from './domain/canonical.js';
import { decodeCursor, resumeAfter } from './domain/cursor.js';
import { decideDelete, decideSave, type SaveStep } from './domain/decide.js';
import { deletionTime, type Incoming, readBatch, toPayload } from './domain/incoming.js';
import type { JsonObject } from './domain/json.js';
import { merge } from './domain/merge.js';
import { badCursor } from './errors.js';
import {
  findStored,
  markDeleted,
  readPayloads,
  restorePayloads,
  type StoredRow,
  type SealedRows,
  writeRows,
} from './record-rows.js';
import type { WriteBatch } from './records.types.js';
import { openPayload, sealPayloads } from './sealing.js';

/** Injection token of the most bytes a record's JSON may have. */
export const MAX_RECORD_BYTES = Symbol('max-record-bytes');
export const DEFAULT_MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** A record of a batch beside what is stored under its id, and what follows. */
interface Planned extends Incoming {
  readonly hash: string;
  readonly stored: StoredRow | undefined;
  readonly step: SaveStep;
}

type Change = { written: Written; counts: Counts; writing?: readonly Promise<unknown>[] };
type Counts = Omit<BatchResult, 'duplicates' | 'nextMerging'>;
type Stored = ReadonlyMap<string, StoredRow>;

const NO_CHANGE: Counts = { added: 0, updated: 0, deleted: 0, unchanged: 0 };
/** Records that are sealed and written at a time: few at first, so that the database has something to do. */
const FIRST_CHUNK = 250;
const CHUNK = 750;
const MOVES: ReadonlySet<SaveStep> = new Set(['add', 'revive', 'change']);

/**
 * Lets a statement that was just issued reach the socket, so that the database works on it while this process computes.
 * Its failure is raised where it is awaited; until then it must not count as unhandled.
 */
async function sent(statement: Promise<unknown>): Promise<void> {
  statement.catch(() => undefined);
  await setImmediate();
}

/** Saves, updates and deletes records in batches, one transaction each (change table: spec/engine.md §11.3). */
@Injectable()
export class RecordBatches {
  constructor(
    private readonly writer: DatasetWriter,
    private readonly cipher: Cipher,
    @Inject(MAX_RECORD_BYTES) private readonly maxBytes: number,
  ) {}

  async save(batch: WriteBatch): Promise<BatchResult> {
    let hashes: string[] = [];
    const digestAll = (records: readonly Incoming[]) => {
      const digestOf = digester();
      hashes = records.map(({ record }) => digestOf(record));
    };
    const apply = (records: readonly Incoming[], dataset: LockedDataset, stored: Stored) =>
      this.#write(
        records.map((item, i) => planned(item, hashes[i] as string, stored.get(item.id))),
        dataset,
      );
    return this.#apply(batch, apply, digestAll);
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

  /** @param meanwhile computed while the database looks for what is stored */
  async #apply(
    batch: WriteBatch,
    work: (records: readonly Incoming[], dataset: LockedDataset, stored: Stored) => Promise<Change>,
    meanwhile: (records: readonly Incoming[]) => void = () => undefined,
  ): Promise<BatchResult> {
    this.#requireKey();
    const { records, duplicates } = readBatch(batch.records);
    const pinned = batch.merging === undefined ? undefined : (decodeCursor(batch.merging) ?? badCursor('x-merging'));
    if (records.length === 0) return { ...NO_CHANGE, duplicates: [], ...nextMerging(batch) };
    const ids = records.map(({ id }) => id);
    return this.writer.apply(
      batch,
      async (dataset, stored: Stored) => {
        const { counts, ...change } = await work(records, dataset, stored);
        return { ...change, result: { ...counts, duplicates: [...duplicates], ...nextMerging(batch) } };
      },
      async (dataset) => {
        const finding = findStored(dataset, batch.runId, ids, pinned && resumeAfter(pinned, dataset.id));
        await sent(finding);
        meanwhile(records);
        return finding;
      },
    );
  }

  async #write(plan: readonly Planned[], dataset: LockedDataset): Promise<Change> {
    const moved = plan.filter(({ step }) => MOVES.has(step));
    const restored = plan.filter(({ step }) => step === 'restore');
    const writing = await this.#sendMoved(moved, dataset);
    if (restored.length > 0) writing.push(restorePayloads(dataset, this.#seal(restored, dataset)));
    const updated = plan.filter(({ step }) => step === 'change').length;
    const added = moved.length - updated;
    return {
      writing,
      written: {
        changes: moved.length,
        liveDelta: added,
        seen: seenNumbers(plan, dataset.lastSeq),
        prunedSeq: lowerPruned(restored, dataset),
      },
      counts: { ...NO_CHANGE, added, updated, unchanged: plan.length - moved.length },
    };
  }

  /** In chunks: while the database writes one, the next is sealed here. Answers what is on its way once all is sent. */
  async #sendMoved(moved: readonly Planned[], dataset: LockedDataset): Promise<Promise<void>[]> {
    const allNew = moved.every(({ step }) => step === 'add');
    const writing: Promise<void>[] = [];
    for (let from = 0, to = FIRST_CHUNK; from < moved.length; from = to, to += CHUNK) {
      const rows = this.#seal(moved.slice(from, to), dataset);
      const chunk = writeRows(dataset, dataset.lastSeq + from, rows, allNew);
      writing.push(chunk);
      await sent(chunk);
    }
    return writing;
  }

  #seal(records: readonly Planned[], dataset: LockedDataset): SealedRows {
    return {
      ids: records.map(({ id }) => id),
      hashes: records.map(({ hash }) => hash),
      payloads: sealPayloads(
        this.cipher,
        dataset.id,
        records.map(({ id, record }) => ({ id, text: toPayload(record, this.maxBytes) })),
      ),
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
  id: item.id,
  record: item.record,
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
