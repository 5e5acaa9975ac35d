import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { confinement, type Namespaces } from './confinement.js';
import { type FleetOptions, SandboxFleet } from './sandbox-fleet.js';
import { type Bundle, type CallHandler, type Finished, type HostedRun, type SandboxProcess } from './sandbox-process.js';
import { Snapshots } from './snapshots.js';

export interface PoolOptions extends FleetOptions {
  /** Executions one process runs at a time; further ones wait in order. */
  readonly concurrency: number;
  readonly namespaces: Namespaces;
}

const NOT_STARTED = {
  status: 'stopped',
  reason: 'aborted',
  message: 'the execution was cancelled before it started',
  durationMs: 0,
} as const;
/** Runs that a process with a warm instance may have more than another before that is cheaper. */
const WARM_IS_WORTH = 8;

/** Gives runs to sandbox processes: the least busy one, in order while all are full (spec/sandbox.md §4). */
@Injectable()
export class SandboxPool implements OnModuleInit, OnApplicationShutdown {
  readonly #fleet: SandboxFleet;
  readonly #snapshots: Snapshots;
  #waiting: (() => void)[] = [];

  constructor(private readonly options: PoolOptions) {
    const confined = confinement(options.namespaces);
    this.#snapshots = new Snapshots(confined, options.child.snapshotBytes);
    this.#fleet = new SandboxFleet(confined, options, () => this.#wakeAll());
  }

  onModuleInit(): Promise<void> {
    return this.#fleet.open();
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  /** What runs still is stopped and told so. */
  close(): Promise<void> {
    this.#snapshots.close();
    return this.#fleet.close('the runner is shutting down');
  }

  /** @param spec without its snapshot, which the pool chooses */
  async run(spec: Omit<HostedRun, 'snapshotKey'>, bundle: Bundle, onCall: CallHandler, signal: AbortSignal): Promise<Finished> {
    const process = this.#take(spec.warmKey) ?? (await this.#freeProcess(spec.warmKey, signal));
    if (!process) return { result: NOT_STARTED };
    const abort = () => process.abort(spec.id);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await this.#runIn(process, spec, bundle, onCall);
    } finally {
      signal.removeEventListener('abort', abort);
      if (process.retired && process.load === 0) process.kill('crashed', 'it has finished its last run');
      this.#waiting.shift()?.();
    }
  }

  get isReady(): boolean {
    return this.#fleet.available.length > 0;
  }

  async #runIn(
    process: SandboxProcess,
    spec: Omit<HostedRun, 'snapshotKey'>,
    bundle: Bundle,
    onCall: CallHandler,
  ): Promise<Finished> {
    const snapshotKey = this.#snapshots.keyOf(bundle.hash, spec.scriptName);
    const finished = await process.run({ ...spec, snapshotKey }, bundle, onCall);
    const { result, cost } = finished;
    // What the run allocated is still there for a while: the next one shall not pay for it.
    if (result.status === 'stopped' && result.reason === 'out-of-memory') this.#fleet.retire(process);
    if (result.status === 'returned' && cost?.origin === 'fresh') {
      this.#snapshots.note(snapshotKey, bundle, spec.scriptName, cost.bodyMs);
      const snapshot = this.#snapshots.get(snapshotKey);
      if (snapshot) process.give(snapshot);
    }
    return finished;
  }

  /** Waits in order while all are full or none has started. */
  async #freeProcess(warmKey: string | undefined, signal: AbortSignal): Promise<SandboxProcess | undefined> {
    while (!signal.aborted) {
      const free = this.#take(warmKey);
      if (free) return free;
      await this.#turn(signal);
    }
    return undefined;
  }

  /** The process that can run this soonest, moved behind the others. */
  #take(warmKey: string | undefined): SandboxProcess | undefined {
    const best = this.#best(warmKey);
    if (best) this.#fleet.pass(best);
    return best;
  }

  /** Until there may be room, or the run is cancelled: then it leaves the line, so that nobody's turn is lost on it. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const leave = () => {
        this.#waiting = this.#waiting.filter((other) => other !== wake);
        resolve();
      };
      const wake = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      this.#waiting.push(wake);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Of equals, the one whose turn is longest ago: it had the most time to prepare isolates. */
  #best(warmKey: string | undefined): SandboxProcess | undefined {
    const cost = (process: SandboxProcess) => process.load + (process.holdsWarm(warmKey) ? 0 : WARM_IS_WORTH);
    let best: SandboxProcess | undefined;
    for (const process of this.#fleet.available) {
      if (process.load < this.options.concurrency && (!best || cost(process) < cost(best))) best = process;
    }
    return best;
  }
}
