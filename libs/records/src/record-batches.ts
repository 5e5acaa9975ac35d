import { Inject, Injectable } from '@nestjs/common';
import { setImmediate } from 'node:timers/promises';
import type { BatchResult } from '#libs/contracts';
import { Cipher } from '#libs/crypto';
import { AppError } from '#libs/kernel';
import { DatasetWriter, type LockedDataset, type Written } from './dataset-writer.js';
import { decodeCursor, type Position, resumeAfter } from './domain/cursor.js';
import { decideDelete, decideSave, type SaveStep } from './domain/decide.js';
import { deletionTime, type Incoming, readBatch, toPayload } from './domain/incoming.js';
import type { JsonObject } from './domain/json.js';
import { merge } from './domain/merge.js';
import { Digests } from './digests.js';
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

/** A batch, read. */
interface Given {
  readonly records: readonly Incoming[];
  readonly duplicates: readonly string[];
  /** What `ignore_if_modified_after` pinned. */
  readonly pinned: Position | undefined;
}

type Change = { written: Written; counts: Counts; writing?: readonly Promise<unknown>[] };
type Counts = Omit<BatchResult, 'duplicates' | 'nextMerging'>;
type Stored = ReadonlyMap<string, StoredRow>;

const NO_CHANGE: Counts = { added: 0, updated: 0, deleted: 0, unchanged: 0 };
/** Records that are made ready at a time, while the database writes those before them; of a thousand the last are the fewest to wait for. */
const CHUNK = 400;
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
    const given = readWrite(batch);
    const digests = new Digests(given.records);
    return this.#apply(
      batch,
      given,
      (dataset, stored) => this.#write(given.records, digests, dataset, stored),
      (finding) => digests.computeDuring(finding),
    );
  }

  async update(batch: WriteBatch): Promise<BatchResult> {
    const given = readWrite(batch);
    return this.#apply(batch, given, async (dataset, stored) => {
      const live = given.records.filter(({ id }) => stored.get(id)?.deleted === false);
      const payloads = await readPayloads(
        dataset,
        live.map(({ id }) => id),
      );
      const merged = live.map(({ id, record }) => ({ id, record: merge(this.#open(dataset, id, payloads.get(id)), record) }));
      return this.#write(merged, new Digests(merged), dataset, stored);
    });
  }

  async delete(batch: WriteBatch): Promise<BatchResult> {
    const given = readWrite(batch);
    return this.#apply(batch, given, async (dataset, stored) => {
      const gone = given.records.filter(({ id }) => decideDelete(stored.get(id)));
      await markDeleted(
        dataset,
        gone.map(({ id, record }) => ({ id, deletedAt: deletionTime(record) })),
      );
      const counts = { ...NO_CHANGE, deleted: gone.length };
      return { written: { changes: gone.length, liveDelta: -gone.length }, counts };
    });
  }

  /** @param meanwhile done while the database looks for what is stored */
  async #apply(
    batch: WriteBatch,
    { records, duplicates, pinned }: Given,
    work: (dataset: LockedDataset, stored: Stored) => Promise<Change>,
    meanwhile: (finding: Promise<unknown>) => Promise<void> = () => Promise.resolve(),
  ): Promise<BatchResult> {
    this.#requireKey();
    if (records.length === 0) return { ...NO_CHANGE, duplicates: [], ...nextMerging(batch) };
    const ids = records.map(({ id }) => id);
    return this.writer.apply(
      batch,
      async (dataset, stored: Stored) => {
        const { counts, ...change } = await work(dataset, stored);
        return { ...change, result: { ...counts, duplicates: [...duplicates], ...nextMerging(batch) } };
      },
      async (dataset) => {
        const finding = findStored(dataset, batch.runId, ids, pinned && resumeAfter(pinned, dataset.id));
        await sent(finding);
        await meanwhile(finding);
        return finding;
      },
    );
  }

  /** In chunks: while the database writes one, the next is made ready here. Answers what is on its way once all is sent. */
  async #write(records: readonly Incoming[], digests: Digests, dataset: LockedDataset, stored: Stored): Promise<Change> {
    const plan: Planned[] = [];
    const writing: Promise<void>[] = [];
    let moves = 0;
    for (let from = 0; from < records.length; from += CHUNK) {
      const chunk = records.slice(from, from + CHUNK).map((item, n) => planned(item, digests.at(from + n), stored.get(item.id)));
      plan.push(...chunk);
      const moved = chunk.filter(({ step }) => MOVES.has(step));
      if (moved.length === 0) continue;
      const allNew = moved.every(({ step }) => step === 'add');
      const chunkWritten = writeRows(dataset, dataset.lastSeq + moves, this.#seal(moved, dataset), allNew);
      writing.push(chunkWritten);
      await sent(chunkWritten);
      moves += moved.length;
    }
    const restored = plan.filter(({ step }) => step === 'restore');
    if (restored.length > 0) writing.push(restorePayloads(dataset, this.#seal(restored, dataset)));
    const updated = plan.filter(({ step }) => step === 'change').length;
    const added = moves - updated;
    return {
      writing,
      written: {
        changes: moves,
        liveDelta: added,
        seen: seenNumbers(plan, dataset.lastSeq),
        prunedSeq: lowerPruned(restored, dataset),
      },
      counts: { ...NO_CHANGE, added, updated, unchanged: plan.length - moves },
    };
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

function readWrite(batch: WriteBatch): Given {
  const pinned = batch.merging === undefined ? undefined : (decodeCursor(batch.merging) ?? badCursor('x-merging'));
  return { ...readBatch(batch.records), pinned };
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
