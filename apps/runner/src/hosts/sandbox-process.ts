import { type ChildProcess, fork } from 'node:child_process';
import { LRUCache } from 'lru-cache';
import {
  type ChildOptions,
  type FromChild,
  type FunctionSnapshot,
  type GeneralSnapshots,
  Outbox,
  type RunCost,
  type RunResult,
  type RunSpec,
  type ToChild,
} from '#libs/sandbox';
import type { Confinement } from './confinement.js';
import { memoryBudget, reliefOf } from './domain/memory-budget.js';
import { hasRoom } from './domain/room.js';
import type { MemoryNeed } from './memory-needs.js';
import { residentBytes } from './resident-memory.js';

/** Answers one call of a run with a `HostReply` as JSON; never rejects. */
export type CallHandler = (op: string, args: string, body: string | undefined) => Promise<string>;

/** How a run ended, and what it cost before it began; a process that died told nothing of that. */
export interface Finished {
  readonly result: RunResult;
  readonly cost?: RunCost;
}

/** A run as the supervisor gives it; code travels beside it. */
export type HostedRun = Omit<RunSpec, 'bundleHash' | 'code'>;

interface Active extends MemoryNeed {
  readonly spec: HostedRun;
  readonly onCall: CallHandler;
  readonly finish: (finished: Finished) => void;
  readonly startedAt: number;
  /** Whether it was begun with a snapshot of its function in the process. */
  readonly hasSnapshot: boolean;
  /** When the sandbox process must have ended the run by itself. */
  overdueAt: number;
  hasCalled: boolean;
}

export interface Bundle {
  readonly hash: string;
  readonly code: string;
}

/** A bundle, and what spares evaluating it. */
export interface Prepared extends Bundle {
  readonly snapshot?: FunctionSnapshot | undefined;
}

/** Bundles the sandbox process is counted on to remember; it keeps more (`CODES_KEPT`). */
const CODES_REMEMBERED = 500;
/** What the process's own watchdog is given beyond a run's limit, and to stop a cancelled run. */
const GRACE_MS = 3_000;
/** A snapshot that the process had no room to keep is not sent again before this. */
const RESEND_MS = 10_000;

/** One sandbox process as the supervisor sees it. It ends exactly once; what it ran then ends with it. */
export class SandboxProcess {
  readonly #child: ChildProcess;
  readonly #outbox = new Outbox<ToChild>((messages) => {
    if (this.#child.connected) this.#child.send(messages);
  });
  readonly #active = new Map<string, Active>();
  readonly #known = new LRUCache<string, true>({ max: CODES_REMEMBERED });
  /** Kinds of warm instances it may hold. */
  readonly #warm: LRUCache<string, true>;
  /** When snapshots were sent, by their keys. */
  readonly #given = new LRUCache<string, number>({ max: CODES_REMEMBERED });
  #ended: { reason: 'crashed' | 'out-of-memory'; message: string } | undefined;
  readonly #starting = Promise.withResolvers<void>();
  /** Resolves when the process takes work. */
  readonly ready = this.#starting.promise;
  /** Resolves when the process is gone, with the reason. */
  readonly gone: Promise<string>;
  hasStarted = false;
  /** As of when it was measured last. */
  residentBytes = 0;
  /** Takes no more work. */
  retired = false;
  /** How many were made for runs that have ended. */
  isolates = 0;
  /** Since when it holds more than it may, and when it was asked last to end what holds most. */
  #overSince: number | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    { files, execPath, execArgv }: Confinement,
    options: ChildOptions,
    general: GeneralSnapshots,
    private readonly onStuck: (computes: boolean) => void,
  ) {
    this.#warm = new LRUCache({ max: Math.max(1, options.warm.instances), ttl: options.warm.idleMs });
    this.#child = fork(files.entry, [JSON.stringify(options)], {
      execPath,
      execArgv: [...execArgv],
      serialization: 'advanced',
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.gone = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        resolve(this.#end(`the sandbox process ended unexpectedly (${signal ?? code})`));
      });
    });
    this.#child.on('error', (error) => this.kill('crashed', `the sandbox process failed: ${error.message}`));
    this.#child.on('message', (messages: readonly FromChild[]) => {
      for (const message of messages) this.#hear(message);
    });
    this.#outbox.put({ type: 'begin', general });
  }

  get load(): number {
    return this.#active.size;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @param bundle with the snapshot of the function, where there is one */
  run(spec: HostedRun, { snapshot, ...bundle }: Prepared, onCall: CallHandler, need: MemoryNeed): Promise<Finished> {
    return new Promise((finish) => {
      const startedAt = performance.now();
      const overdueAt = startedAt + spec.limits.wallMs + GRACE_MS;
      if (snapshot) this.#give(snapshot);
      const hasSnapshot = snapshot !== undefined;
      this.#active.set(spec.id, { ...need, spec, onCall, finish, startedAt, hasSnapshot, overdueAt, hasCalled: false });
      const isNew = this.#known.get(bundle.hash) === undefined;
      this.#known.set(bundle.hash, true);
      const code = isNew ? { code: bundle.code } : {};
      const chars = spec.facts.length + spec.input.length + (isNew ? bundle.code.length : 0);
      this.#outbox.put({ type: 'run', spec: { ...spec, bundleHash: bundle.hash, ...code } }, chars);
    });
  }

  /** Whether an instance that serves this key may be waiting in it. */
  holdsWarm(key: string | undefined): boolean {
    return key !== undefined && this.#warm.has(key);
  }

  abort(run: string): void {
    const active = this.#active.get(run);
    if (!active) return;
    active.overdueAt = Math.min(active.overdueAt, performance.now() + GRACE_MS);
    this.#outbox.put({ type: 'abort', run });
  }

  /** Whether a run is still there that this process should have ended: it answers nothing any more. */
  isOverdue(now: number): boolean {
    return [...this.#active.values()].some((active) => now > active.overdueAt);
  }

  measure(): void {
    this.residentBytes = residentBytes(this.#child.pid);
  }

  /**
   * Sees to it that it does not hold more than it may for long: has it end the run that holds most, and kills it where that does not help.
   * @param allowedBytes as of `memoryBudget`
   */
  relieve(allowedBytes: number, now: number): void {
    const allowed = this.memoryBudget(allowedBytes);
    if (this.residentBytes <= allowed) this.#overSince = undefined;
    else this.#overSince ??= now;
    const overMs = now - (this.#overSince ?? now);
    const excess = { residentBytes: this.residentBytes, allowedBytes: allowed, overMs, askedMs: now - this.#askedAt };
    const relief = reliefOf(excess);
    if (relief === 'kill') this.kill('out-of-memory', `the sandbox process used more than ${Math.round(allowed / 1024 ** 2)} MB`);
    if (relief !== 'ask') return;
    this.#askedAt = now;
    this.#outbox.put({ type: 'relieve' });
  }

  /**
   * Whether a run may begin in it; one that runs nothing takes any.
   * @param expectedBytes memory the run is expected to take
   * @param allowedBytes as of `memoryBudget`
   */
  hasRoom(expectedBytes: number, allowedBytes: number): boolean {
    return this.load === 0 || hasRoom({ ...this.#holding(allowedBytes), occupants: this.#active.values() }, expectedBytes);
  }

  /** Whether what it holds, measured, leaves no room, whatever begins in it. @param allowedBytes as of `memoryBudget` */
  isFull(allowedBytes: number): boolean {
    return this.load > 0 && !hasRoom({ ...this.#holding(allowedBytes), occupants: [] }, 0);
  }

  /** @param allowedBytes what a process may hold, where the functions in it do not ask for more */
  memoryBudget(allowedBytes: number): number {
    return memoryBudget(
      allowedBytes,
      [...this.#active.values()].map(({ spec }) => spec.limits.memoryMb),
    );
  }

  kill(reason: 'crashed' | 'out-of-memory', message: string): void {
    this.#ended ??= { reason, message };
    this.retired = true;
    this.#child.kill('SIGKILL');
  }

  #holding(allowedBytes: number): { residentBytes: number; budgetBytes: number } {
    return { residentBytes: this.residentBytes, budgetBytes: this.memoryBudget(allowedBytes) };
  }

  #give(snapshot: FunctionSnapshot): void {
    if (this.#given.has(snapshot.key)) return;
    this.#given.set(snapshot.key, performance.now());
    this.#outbox.put({ type: 'snapshot', snapshot }, snapshot.bytes.byteLength);
  }

  /** A run that had to do without the snapshot it was given shows that the process has dropped it. */
  #giveAgain(key: string): void {
    if (performance.now() - (this.#given.get(key) ?? 0) > RESEND_MS) this.#given.delete(key);
  }

  #hear(message: FromChild): void {
    if (message.type === 'ready') {
      this.hasStarted = true;
      this.#starting.resolve();
    }
    if (message.type === 'stuck') this.onStuck(message.computes);
    if (message.type !== 'call' && message.type !== 'done') return;
    const active = this.#active.get(message.run);
    if (!active) return;
    if (message.type === 'done') {
      this.#active.delete(message.run);
      const { warmKey, snapshotKey } = active.spec;
      if (message.cost && message.cost.origin !== 'warm') this.isolates += 1;
      if (snapshotKey !== undefined && active.hasSnapshot && message.cost?.origin === 'fresh') this.#giveAgain(snapshotKey);
      if (warmKey !== undefined && message.result.status === 'returned') this.#warm.set(warmKey, true);
      active.finish({ result: message.result, ...(message.cost ? { cost: message.cost } : {}) });
      return;
    }
    const { run, call, op, args, body } = message;
    active.hasCalled = true;
    void active.onCall(op, args, body).then((json) => this.#outbox.put({ type: 'reply', run, call, json }, json.length));
  }

  #end(message: string): string {
    const ended = (this.#ended ??= { reason: 'crashed', message });
    for (const { finish, startedAt } of this.#active.values()) {
      finish({ result: { status: 'stopped', ...ended, durationMs: performance.now() - startedAt } });
    }
    this.#active.clear();
    return ended.message;
  }
}
