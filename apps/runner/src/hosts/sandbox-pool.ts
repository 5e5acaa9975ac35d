import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Namespaces } from '#libs/confinement';
import { confinement } from './confinement.js';
import { type FleetOptions, SandboxFleet } from './sandbox-fleet.js';
import {
  type Bundle,
  type CallHandler,
  type Finished,
  type HostedRun,
  type Prepared,
  type SandboxProcess,
} from './sandbox-process.js';
import { type MemoryNeed, MemoryNeeds } from './memory-needs.js';
import { Snapshots } from './snapshots.js';
import { WaitingRuns } from './waiting-runs.js';

export interface PoolOptions extends FleetOptions {
  /** Executions one process runs at a time; further ones wait in order. */
  readonly concurrency: number;
  readonly namespaces: Namespaces;
}

/** A run as it is asked for: the pool chooses its snapshot, and whether it is measured. */
export type AskedRun = Omit<HostedRun, 'snapshotKey' | 'isMeasured'>;
type ChosenRun = HostedRun & { readonly snapshotKey: string };

const NOT_STARTED = {
  status: 'stopped',
  reason: 'aborted',
  message: 'the execution was cancelled before it started',
  durationMs: 0,
} as const;
/** Runs that a process with a warm instance may have more than another before that is cheaper. */
const WARM_IS_WORTH = 8;

/** Gives runs to sandbox processes: the least busy one that has room, in order while all are full (spec/sandbox.md §4). */
@Injectable()
export class SandboxPool implements OnModuleInit, OnApplicationShutdown {
  readonly #fleet: SandboxFleet;
  readonly #snapshots: Snapshots;
  readonly #needs = new MemoryNeeds();
  readonly #waiting = new WaitingRuns(() => this.#fleet.makePlace());

  constructor(private readonly options: PoolOptions) {
    const confined = confinement(options.namespaces);
    this.#snapshots = new Snapshots(confined, options.child.snapshotBytes);
    this.#fleet = new SandboxFleet(confined, options, () => this.#waiting.serve());
  }

  async onModuleInit(): Promise<void> {
    await this.#fleet.open(await this.#snapshots.general());
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  /** What runs still is stopped and told so. */
  close(): Promise<void> {
    this.#snapshots.close();
    return this.#fleet.close('the runner is shutting down');
  }

  async run(asked: AskedRun, bundle: Bundle, onCall: CallHandler, signal: AbortSignal): Promise<Finished> {
    const spec = { ...asked, snapshotKey: this.#snapshots.keyOf(bundle.hash, asked.scriptName) };
    let finished: Promise<Finished> | undefined;
    const begins = () => {
      const snapshot = this.#snapshots.get(spec.snapshotKey);
      const origin = snapshot ? 'snapshot' : 'fresh';
      const need = this.#needs.of(spec.snapshotKey, origin);
      const process = this.#best(spec.warmKey, need);
      if (!process) return false;
      const isMeasured = this.#needs.measuresNext(spec.snapshotKey, origin);
      finished = this.#runIn(process, { ...spec, isMeasured }, { ...bundle, snapshot }, onCall, need, signal);
      return true;
    };
    await this.#waiting.begin(begins, signal);
    return finished ?? { result: NOT_STARTED };
  }

  get isReady(): boolean {
    return this.#fleet.available.length > 0;
  }

  async #runIn(
    process: SandboxProcess,
    spec: ChosenRun,
    prepared: Prepared,
    onCall: CallHandler,
    need: MemoryNeed,
    signal: AbortSignal,
  ): Promise<Finished> {
    this.#fleet.pass(process);
    const abort = () => process.abort(spec.id);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const finished = await process.run(spec, prepared, onCall, need);
      this.#learn(spec, prepared, finished);
      return finished;
    } finally {
      signal.removeEventListener('abort', abort);
      if (process.retired && process.load === 0) process.kill('crashed', 'it has finished its last run');
      this.#waiting.serve();
    }
  }

  /** What a run tells about the next ones of its function. */
  #learn({ snapshotKey, scriptName }: ChosenRun, bundle: Bundle, { result, cost }: Finished): void {
    if (!cost) return;
    this.#needs.note(snapshotKey, cost.origin, cost.peakBytes);
    if (result.status === 'returned' && cost.origin === 'fresh')
      this.#snapshots.note(snapshotKey, bundle, scriptName, cost.bodyMs);
  }

  /** Of equals, the one whose turn is longest ago: it had the most time to prepare isolates. */
  #best(warmKey: string | undefined, { expectedBytes }: MemoryNeed): SandboxProcess | undefined {
    const cost = (process: SandboxProcess) => process.load + (process.holdsWarm(warmKey) ? 0 : WARM_IS_WORTH);
    let best: SandboxProcess | undefined;
    for (const process of this.#fleet.available) {
      if (process.load >= this.options.concurrency || !this.#fleet.hasRoom(process, expectedBytes)) continue;
      if (!best || cost(process) < cost(best)) best = process;
    }
    return best;
  }
}
