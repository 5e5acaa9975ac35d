import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import type { SnapshotAnswer, SnapshotRequest } from '#libs/sandbox';
import type { Confinement } from './confinement.js';
import { residentBytes } from './resident-memory.js';

export interface MakerLimits {
  readonly timeMs: number;
  readonly memoryBytes: number;
  /** Whether it takes the time that others leave. */
  readonly yields: boolean;
}

const WATCH_MS = 50;
/** A tenth of the time of one that runs functions, where all are busy: the snapshot is worth most then. */
const LOW_PRIORITY = 10;

/** Takes snapshots, each in a process of its own that is confined as those that run functions are. */
export class SnapshotMaker {
  #process: ChildProcess | undefined;

  constructor(private readonly confinement: Confinement) {}

  close(): void {
    this.#process?.kill('SIGKILL');
  }

  /** @returns nothing where it fails, or takes more than it may */
  async make(request: SnapshotRequest, { timeMs, memoryBytes, yields }: MakerLimits): Promise<SnapshotAnswer | undefined> {
    const { files, execPath, execArgv } = this.confinement;
    const maker = fork(files.snapshotEntry, [], {
      execPath,
      execArgv: [...execArgv],
      serialization: 'advanced',
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#process = maker;
    const startedAt = performance.now();
    const guard = setInterval(() => {
      if (performance.now() - startedAt > timeMs || residentBytes(maker.pid) > memoryBytes) maker.kill('SIGKILL');
    }, WATCH_MS);
    if (yields) yieldToRuns(maker.pid);
    try {
      return await answerOf(maker, request);
    } finally {
      clearInterval(guard);
      this.#process = undefined;
    }
  }
}

/** What the maker sends before it ends; nothing where it fails. */
function answerOf(maker: ChildProcess, request: SnapshotRequest): Promise<SnapshotAnswer | undefined> {
  return new Promise((resolve) => {
    maker.once('error', () => resolve(undefined));
    maker.once('message', (taken: SnapshotAnswer) => resolve(taken));
    maker.once('exit', () => resolve(undefined));
    maker.send(request, (error) => error && resolve(undefined));
  });
}

/** It is gone already, or the platform has no priorities: then it takes its share. */
function yieldToRuns(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, LOW_PRIORITY);
  } catch {
    return;
  }
}
