import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { setImmediate } from 'node:timers/promises';
import type { BatchResult } from '#libs/contracts';
import { Cipher, type SealedValues } from '#libs/crypto';
import { isDuplicate } from '#libs/database';
import { AppError } from '#libs/kernel';
import { DatasetWriter, type LockedDataset, nameOf, type Written } from './dataset-writer.js';
import { decodeCursor, type Position, resumeAfter } from './domain/cursor.js';
import { decideDelete, decideSave, type SaveStep } from './domain/decide.js';
import { deletionTime, type Incoming, readBatch } from './domain/incoming.js';
import type { JsonObject } from './domain/json.js';
import { merge } from './domain/merge.js';
import { Digests } from './digests.js';
import { GROUP, Payloads } from './payloads.js';
import { workWhile } from './work-while.js';
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
import { openPayload } from './sealing.js';

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

/** What is made of a batch's records to compare and to store them. */
interface Made {
  readonly records: readonly Incoming[];
  readonly digests: Digests;
  readonly payloads: Payloads;
  readonly chunks?: typeof CHUNKS;
}

type DatasetId = Pick<LockedDataset, 'id'>;
type Change = { written: Written; counts: Counts; writing?: readonly Promise<unknown>[] };
type Counts = Omit<BatchResult, 'duplicates' | 'nextMerging'>;
type Stored = ReadonlyMap<string, StoredRow>;

const NOTHING: Stored = new Map();
const NO_CHANGE: Counts = { added: 0, updated: 0, deleted: 0, unchanged: 0 };
/**
 * Records that are made ready at a time while the database writes those before them: few at first, so that it begins soon. A thousand take three statements,
 * or four where none looked for what is stored: a page of a sync is to have ten at most in all.
 */
const CHUNKS = { first: 4 * GROUP, others: 8 * GROUP };
const CHUNKS_OF_NEW = { first: 2 * GROUP, others: 6 * GROUP };
const MAX_DATASETS = 10_000;
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
  /** By dataset, the run whose last batch was all new: the next one probably is too. */
  readonly #growing = new LRUCache<string, string>({ max: MAX_DATASETS });

  constructor(
    private readonly writer: DatasetWriter,
    private readonly cipher: Cipher,
    @Inject(MAX_RECORD_BYTES) private readonly maxBytes: number,
  ) {}

  async save(batch: WriteBatch): Promise<BatchResult> {
    const given = this.#read(batch);
    const digests = new Digests(given.records);
    const result = (await this.#saveNew(batch, given, digests)) ?? (await this.#saveAny(batch, given, digests));
    if (result.added > 0 && result.added === given.records.length) this.#growing.set(nameOf(batch), batch.runId);
    else this.#growing.delete(nameOf(batch));
    return result;
  }

  async #saveAny(batch: WriteBatch, given: Given, digests: Digests): Promise<BatchResult> {
    const { records } = given;
    return this.#apply(
      batch,
      given,
      (dataset, stored) => this.#write({ records, digests, payloads: this.#payloads(records, dataset) }, dataset, stored),
      (finding) => workWhile(finding, () => digests.computeGroup()),
    );
  }

  /**
   * Saves a batch of a dataset that grows without a look at what is stored, which costs a fifth of the whole: records are sealed instead while the lock is
   * awaited. Undefined where something was stored after all; nothing is then written.
   */
  async #saveNew(batch: WriteBatch, given: Given, digests: Digests): Promise<BatchResult | undefined> {
    const { records } = given;
    if (records.length === 0 || this.#growing.get(nameOf(batch)) !== batch.runId) return undefined;
    const ahead = async (dataset: DatasetId, opened: Promise<unknown>) => {
      const payloads = this.#payloads(records, dataset);
      await sent(opened);
      await workWhile(opened, () => payloads.sealGroup() || digests.computeGroup());
      return payloads;
    };
    const work = async (dataset: LockedDataset, payloads: Payloads) =>
      answered(batch, given, await this.#write({ records, digests, payloads, chunks: CHUNKS_OF_NEW }, dataset, NOTHING));
    try {
      return await this.writer.apply(batch, work, ahead);
    } catch (error) {
      if (isDuplicate(error)) return undefined;
      throw error;
    }
  }

  async update(batch: WriteBatch): Promise<BatchResult> {
    const given = this.#read(batch);
    return this.#apply(batch, given, async (dataset, stored) => {
      const live = given.records.filter(({ id }) => stored.get(id)?.deleted === false);
      const payloads = await readPayloads(
        dataset,
        live.map(({ id }) => id),
      );
      const merged = live.map(({ id, record }) => ({ id, record: merge(this.#open(dataset, id, payloads.get(id)), record) }));
      const made = { records: merged, digests: new Digests(merged), payloads: this.#payloads(merged, dataset) };
      return this.#write(made, dataset, stored);
    });
  }

  async delete(batch: WriteBatch): Promise<BatchResult> {
    const given = this.#read(batch);
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
    given: Given,
    work: (dataset: LockedDataset, stored: Stored) => Promise<Change>,
    meanwhile: (finding: Promise<unknown>) => Promise<void> = () => Promise.resolve(),
  ): Promise<BatchResult> {
    const { records, pinned } = given;
    if (records.length === 0) return { ...NO_CHANGE, duplicates: [], ...nextMerging(batch) };
    const ids = records.map(({ id }) => id);
    return this.writer.apply(
      batch,
      async (dataset, stored: Stored) => answered(batch, given, await work(dataset, stored)),
      async (dataset) => {
        const finding = findStored(dataset, batch.runId, ids, pinned && resumeAfter(pinned, dataset.id));
        await sent(finding);
        await meanwhile(finding);
        return finding;
      },
    );
  }

  /** In chunks: while the database writes one, the next is made ready here. Answers what is on its way once all is sent. */
  async #write({ records, digests, payloads, chunks = CHUNKS }: Made, dataset: LockedDataset, stored: Stored): Promise<Change> {
    const plan: Planned[] = [];
    const writing: Promise<void>[] = [];
    let moves = 0;
    for (const { from, to } of cut(records.length, chunks)) {
      const chunk = records.slice(from, to).map((item, n) => planned(item, digests.at(from + n), stored.get(item.id)));
      plan.push(...chunk);
      const moved = chunk.filter(({ step }) => MOVES.has(step));
      if (moved.length === 0) continue;
      const allNew = moved.every(({ step }) => step === 'add');
      const sealed = moved.length === chunk.length ? payloads.range(from, to) : payloads.of(moved);
      const chunkWritten = writeRows(dataset, dataset.lastSeq + moves, toRows(moved, sealed), allNew);
      writing.push(chunkWritten);
      await sent(chunkWritten);
      moves += moved.length;
    }
    const restored = plan.filter(({ step }) => step === 'restore');
    if (restored.length > 0) writing.push(restorePayloads(dataset, toRows(restored, payloads.of(restored))));
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

  #payloads(records: readonly Incoming[], { id }: DatasetId): Payloads {
    return new Payloads(records, { cipher: this.cipher, datasetId: id, maxBytes: this.maxBytes });
  }

  /** A pruned record has no payload left: the partial record is all there is to know then. */
  #open(dataset: LockedDataset, id: string, payload: Buffer | null | undefined): JsonObject {
    return payload ? (JSON.parse(openPayload(this.cipher, dataset.id, id, payload)) as JsonObject) : {};
  }

  #read(batch: WriteBatch): Given {
    if (!this.cipher.enabled)
      throw new AppError('encryption_key_missing', 'records are only stored encrypted: set NANGO_ENCRYPTION_KEY');
    const pinned = batch.merging === undefined ? undefined : (decodeCursor(batch.merging) ?? badCursor('x-merging'));
    return { ...readBatch(batch.records), pinned };
  }
}

function answered(batch: WriteBatch, { duplicates }: Given, { counts, ...change }: Change) {
  return { ...change, result: { ...counts, duplicates: [...duplicates], ...nextMerging(batch) } };
}

function* cut(length: number, { first, others }: typeof CHUNKS): Generator<{ from: number; to: number }> {
  let to = 0;
  for (let from = 0; from < length; from = to) {
    to = Math.min(from + (from === 0 ? first : others), length);
    yield { from, to };
  }
}

const toRows = (records: readonly Planned[], payloads: SealedValues): SealedRows => ({
  ids: records.map(({ id }) => id),
  hashes: records.map(({ hash }) => hash),
  payloads,
});

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
