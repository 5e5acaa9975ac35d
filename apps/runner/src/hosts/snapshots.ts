import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type FunctionSnapshot, snapshotKeys } from '#libs/sandbox';
import type { Confinement } from './confinement.js';
import { type BodyCost, isWorthSnapshot, withRun } from './domain/snapshot-worth.js';
import { residentBytes } from './resident-memory.js';
import type { Bundle } from './sandbox-process.js';

const FUNCTIONS_COUNTED = 5_000;
/** Functions that wait for a snapshot; more are asked for again by their next runs. */
const MAX_WAITING = 50;
const TIME_MS = 10_000;
const MEMORY_BYTES = 768 * 1024 ** 2;
const WATCH_MS = 50;
const LOWEST_PRIORITY = 19;

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
  #maker: ChildProcess | undefined;
  #closed = false;

  /** @param bytes that snapshots may take; 0 for none */
  constructor(
    private readonly confinement: Confinement,
    private readonly bytes: number,
  ) {
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
    if (!this.#maker) void this.#makeNext();
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#maker?.kill('SIGKILL');
  }

  async #makeNext(): Promise<void> {
    for (const [key, subject] of this.#waiting) {
      const taken = await this.#make(subject);
      if (this.#closed) return;
      this.#waiting.delete(key);
      if (taken) this.#made.set(key, { key, ...taken });
      else this.#refused.set(key, true);
      this.#log.debug(
        `snapshot of ${subject.scriptName}: ${taken ? `${taken.bytes.byteLength} bytes` : 'none, it cannot be kept'}`,
      );
    }
  }

  /** Foreign code runs in the maker, so it is confined, and has its time and memory. */
  async #make(subject: { code: string; scriptName: string }): Promise<Omit<FunctionSnapshot, 'key'> | undefined> {
    const { files, execPath, execArgv } = this.confinement;
    const maker = fork(files.snapshotEntry, [], {
      execPath,
      execArgv: [...execArgv],
      serialization: 'advanced',
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#maker = maker;
    const startedAt = performance.now();
    const guard = setInterval(() => {
      if (performance.now() - startedAt > TIME_MS || residentBytes(maker.pid) > MEMORY_BYTES) maker.kill('SIGKILL');
    }, WATCH_MS);
    yieldToRuns(maker.pid);
    try {
      return await answerOf(maker, subject);
    } finally {
      clearInterval(guard);
      this.#maker = undefined;
    }
  }
}

/** What the maker sends before it ends; nothing where it fails. */
function answerOf(maker: ChildProcess, subject: object): Promise<Omit<FunctionSnapshot, 'key'> | undefined> {
  return new Promise((resolve) => {
    maker.once('error', () => resolve(undefined));
    maker.once('message', (taken: Omit<FunctionSnapshot, 'key'>) => resolve(taken));
    maker.once('exit', () => resolve(undefined));
    maker.send(subject, (error) => error && resolve(undefined));
  });
}

/** It is gone already, or the platform has no priorities: then it takes its share. */
function yieldToRuns(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, LOWEST_PRIORITY);
  } catch {
    return;
  }
}
