import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type FunctionSnapshot, type GeneralSnapshots, snapshotKeys } from '#libs/sandbox';
import type { Confinement } from './confinement.js';
import { type BodyCost, isWorthSnapshot, withRun } from './domain/snapshot-worth.js';
import type { Bundle } from './sandbox-process.js';
import { type MakerLimits, SnapshotMaker } from './snapshot-maker.js';

const FUNCTIONS_COUNTED = 5_000;
/** Functions that wait for a snapshot; more are asked for again by their next runs. */
const MAX_WAITING = 50;
/** Foreign code runs: it has its time and memory, and the runs go first. */
const OF_A_FUNCTION: MakerLimits = { timeMs: 30_000, memoryBytes: 768 * 1024 ** 2, yields: true };
/** Nothing runs before. */
const OF_THE_PRELUDE: MakerLimits = { ...OF_A_FUNCTION, timeMs: 60_000, yields: false };

/**
 * Snapshots of functions whose bodies cost most, made one at a time by a process of its own beside the runs (spec/sandbox.md §4.2). One is
 * made from code alone, before any run: it holds nothing of a tenant.
 */
export class Snapshots {
  readonly keyOf: (bundleHash: string, scriptName: string) => string;
  readonly #log = new Logger(Snapshots.name);
  readonly #costs = new LRUCache<string, BodyCost>({ max: FUNCTIONS_COUNTED });
  readonly #made: LRUCache<string, FunctionSnapshot>;
  /** Functions whose bodies depend on the moment or the host, or cannot be kept. */
  readonly #refused = new LRUCache<string, true>({ max: FUNCTIONS_COUNTED });
  readonly #waiting = new Map<string, { readonly code: string; readonly scriptName: string }>();
  readonly #maker: SnapshotMaker;
  #isMaking = false;
  #closed = false;

  /** @param bytes that snapshots may take; 0 for none */
  constructor(
    confinement: Confinement,
    private readonly bytes: number,
  ) {
    this.#maker = new SnapshotMaker(confinement);
    this.keyOf = snapshotKeys(confinement.files.prelude);
    this.#made = new LRUCache({ maxSize: Math.max(1, bytes), sizeCalculation: (snapshot) => snapshot.bytes.byteLength });
  }

  get(key: string): FunctionSnapshot | undefined {
    return this.#made.get(key);
  }

  /** A run evaluated the body of a function. */
  note(key: string, { code }: Bundle, scriptName: string, bodyMs: number): void {
    if (this.bytes === 0 || this.#refused.has(key) || this.#made.has(key)) return;
    const cost = withRun(this.#costs.get(key) ?? { runs: 0, spentMs: 0 }, bodyMs);
    this.#costs.set(key, cost);
    if (!isWorthSnapshot(cost) || this.#waiting.size >= MAX_WAITING) return;
    this.#waiting.set(key, { code, scriptName });
    if (!this.#isMaking) void this.#makeNext();
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#maker.close();
  }

  /** Those of the prelude, to start sandbox processes with. @throws Error where they cannot be made */
  async general(): Promise<GeneralSnapshots> {
    const made = await this.#maker.make({ type: 'general' }, OF_THE_PRELUDE);
    if (!made || !('plain' in made)) throw new Error('the snapshots that sandbox processes start from could not be made');
    return made;
  }

  async #makeNext(): Promise<void> {
    this.#isMaking = true;
    for (const [key, subject] of this.#waiting) {
      const taken = await this.#maker.make({ type: 'function', ...subject }, OF_A_FUNCTION);
      if (this.#closed) return;
      this.#waiting.delete(key);
      if (taken && 'door' in taken) this.#made.set(key, { key, ...taken });
      else this.#refused.set(key, true);
      this.#log.debug(
        `snapshot of ${subject.scriptName}: ${taken && 'door' in taken ? `${taken.bytes.byteLength} bytes` : 'none, it cannot be kept'}`,
      );
    }
    this.#isMaking = false;
  }
}
