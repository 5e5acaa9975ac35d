import { Logger } from '@nestjs/common';
import type { ChildOptions, GeneralSnapshots } from '#libs/sandbox';
import type { Confinement } from './confinement.js';
import { SandboxProcess } from './sandbox-process.js';

export interface FleetOptions {
  readonly processes: number;
  /** Processes that stand ready to take the place of one that is gone. */
  readonly spares: number;
  /** Resident memory past which a process ends what holds most of it, and is killed where that does not help. */
  readonly memoryBytes: number;
  /** Isolates after which another process takes the place of one; 0: it stays. */
  readonly isolates: number;
  readonly child: ChildOptions;
}

const GUARD_MS = 25;
/** What a stuck process's other runs are given to finish. */
const RETIRE_MS = 1_000;
/** Pause before a process that could not even start is tried again. */
const RESTART_MS = 1_000;
/** How long a process may be without room before another takes its place. */
const FULL_MS = 1_000;
/** Share of its memory a process may hold while it does nothing. */
const IDLE_SHARE = 0.5;

/** Starts, watches and replaces sandbox processes (spec/sandbox.md §4.1). A spare takes over at once; another one is started behind it. */
export class SandboxFleet {
  readonly #log = new Logger(SandboxFleet.name);
  readonly #inService = new Set<SandboxProcess>();
  readonly #spares = new Set<SandboxProcess>();
  /** Since when processes are without room. */
  readonly #full = new Map<SandboxProcess, number>();
  #guard: NodeJS.Timeout | undefined;
  #general!: GeneralSnapshots;
  #closing = false;

  constructor(
    private readonly confinement: Confinement,
    private readonly options: FleetOptions,
    private readonly onCapacity: () => void,
  ) {}

  /** @param general what the processes make instances from */
  async open(general: GeneralSnapshots): Promise<void> {
    this.#general = general;
    this.#fill();
    this.#guard = setInterval(() => this.#watch(), GUARD_MS);
    await Promise.race([...this.#inService].map((process) => process.ready));
  }

  async close(reason: string): Promise<void> {
    this.#closing = true;
    clearInterval(this.#guard);
    const all = [...this.#inService, ...this.#spares];
    for (const process of all) process.kill('crashed', reason);
    await Promise.all(all.map((process) => process.gone));
  }

  /** Those that take work, the one whose turn is longest ago first. */
  get available(): SandboxProcess[] {
    return this.#staying.filter((process) => process.hasStarted);
  }

  /** Whether a run may begin in a process without risk to those it has. @param expectedBytes memory it is expected to take */
  hasRoom(process: SandboxProcess, expectedBytes: number): boolean {
    return process.hasRoom(expectedBytes, this.options.memoryBytes);
  }

  /** Puts a process behind the others. */
  pass(process: SandboxProcess): void {
    if (this.#inService.delete(process)) this.#inService.add(process);
  }

  get #staying(): SandboxProcess[] {
    return [...this.#inService].filter((process) => !process.retired);
  }

  /** Another process takes over at once; this one finishes what it runs. Only so many may linger. */
  retire(process: SandboxProcess): void {
    if (process.retired || this.#closing) return;
    process.retired = true;
    const [longest, ...others] = [...this.#inService].filter((other) => other.retired);
    if (others.length >= this.options.processes) longest?.kill('crashed', 'too many sandbox processes had to be replaced');
    this.#fill();
  }

  /** Brings as many into service as there should be, spares first, and starts new spares. */
  #fill(): void {
    const missing = this.options.processes - this.#staying.length;
    for (let n = 0; n < missing; n += 1) {
      const spares = [...this.#spares];
      const next = spares.find((spare) => spare.hasStarted) ?? spares[0] ?? this.#start();
      this.#spares.delete(next);
      this.#inService.add(next);
      void next.ready.then(this.onCapacity);
    }
    while (this.#spares.size < this.options.spares) this.#start();
  }

  #start(): SandboxProcess {
    const process = new SandboxProcess(this.confinement, this.options.child, this.#general, (computes) =>
      this.#giveUp(process, computes),
    );
    this.#spares.add(process);
    void this.#replaceOnceGone(process);
    return process;
  }

  async #replaceOnceGone(process: SandboxProcess): Promise<void> {
    const reason = await process.gone;
    this.#inService.delete(process);
    this.#spares.delete(process);
    this.#full.delete(process);
    if (this.#closing) return;
    this.#log.warn(`sandbox process ${process.pid} is gone: ${reason}`);
    if (!process.hasStarted) await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
    if (!this.#closing) this.#fill();
  }

  #watch(): void {
    const now = performance.now();
    for (const process of this.#inService) {
      if (process.isOverdue(now)) process.kill('crashed', 'the sandbox process does not end a run whose time is up');
      process.measure();
      const { memoryBytes } = this.options;
      if (process.load === 0 && process.residentBytes > memoryBytes * IDLE_SHARE)
        process.kill('crashed', 'it kept memory that nothing uses any more');
      process.relieve(memoryBytes, now);
      this.#makeRoom(process, now);
      this.#renew(process);
    }
    if (this.available.some((process) => this.hasRoom(process, 0))) this.onCapacity();
  }

  /** Brings a process into service that runs nothing yet: the one that holds most goes on with what it has, and takes no more. */
  makePlace(): void {
    const staying = this.#staying;
    if (staying.some(({ load }) => load === 0)) return;
    const [fullest] = staying.toSorted((a, b) => b.residentBytes - a.residentBytes);
    if (fullest) this.#standIn(fullest);
  }

  /** A process that stays full goes on with what it has, beside one that takes its place. */
  #makeRoom(process: SandboxProcess, now: number): void {
    if (process.retired || !process.isFull(this.options.memoryBytes)) return void this.#full.delete(process);
    const since = this.#full.get(process) ?? now;
    this.#full.set(process, since);
    if (now - since > FULL_MS) this.#standIn(process);
  }

  /** What a process keeps of each isolate is little, but nothing gives it back while the process lives. */
  #renew(process: SandboxProcess): void {
    const { isolates } = this.options;
    if (isolates === 0 || process.isolates < isolates) return;
    if (!process.retired) this.#standIn(process);
    if (process.retired && process.load === 0) process.kill('crashed', 'another has taken its place');
  }

  /** Only as many may linger as are in service. */
  #standIn(process: SandboxProcess): void {
    const lingering = [...this.#inService].filter((other) => other.retired).length;
    if (lingering < this.options.processes) this.retire(process);
  }

  /**
   * A run that was disposed of but goes on computing takes a core and memory: the others in its process get little time. One that sleeps
   * only keeps its memory: they may end.
   */
  #giveUp(process: SandboxProcess, computes: boolean): void {
    this.retire(process);
    const kill = () => process.kill('crashed', 'the sandbox process ran a function that could not be stopped');
    if (process.load === 0) kill();
    else if (computes) setTimeout(kill, RETIRE_MS);
  }
}
