import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RunResult, RunSpec } from '#libs/sandbox';
import { type Bundle, type CallHandler, SandboxProcess } from './sandbox-process.js';

export interface PoolOptions {
  readonly processes: number;
  /** Executions one process runs at a time; further ones wait in order. */
  readonly concurrency: number;
  /** Resident memory past which a process is killed. */
  readonly memoryBytes: number;
}

const GUARD_MS = 50;
/** What a stuck process's other runs are given to finish. */
const RETIRE_MS = 1_000;
/** Pause before a process that could not even start is tried again. */
const RESTART_MS = 1_000;
/** Share of its memory a process may hold while it does nothing. */
const IDLE_SHARE = 0.5;

/** Keeps a few sandbox processes running: starts, watches and replaces them (spec/sandbox.md §4). */
@Injectable()
export class SandboxPool implements OnModuleInit, OnApplicationShutdown {
  readonly #log = new Logger(SandboxPool.name);
  readonly #processes = new Set<SandboxProcess>();
  #waiting: (() => void)[] = [];
  #guard: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(private readonly options: PoolOptions) {}

  async onModuleInit(): Promise<void> {
    for (let n = 0; n < this.options.processes; n += 1) this.#start();
    this.#guard = setInterval(() => this.#watch(), GUARD_MS);
    await Promise.race([...this.#processes].map((process) => process.ready));
  }

  async onApplicationShutdown(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#guard);
    for (const process of this.#processes) process.kill('crashed', 'the runner is shutting down');
    await Promise.all([...this.#processes].map((process) => process.gone));
  }

  async run(
    spec: Omit<RunSpec, 'bundleHash' | 'code'>,
    bundle: Bundle,
    onCall: CallHandler,
    signal: AbortSignal,
  ): Promise<RunResult> {
    const process = await this.#freeProcess(signal);
    if (!process)
      return { status: 'stopped', reason: 'aborted', message: 'the execution was cancelled before it started', durationMs: 0 };
    const abort = () => process.abort(spec.id);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const result = await process.run(spec, bundle, onCall);
      // What the run allocated is still there for a while: the next one shall not pay for it.
      if (result.status === 'stopped' && result.reason === 'out-of-memory') this.#retire(process);
      return result;
    } finally {
      signal.removeEventListener('abort', abort);
      if (process.retired && process.load === 0) process.kill('crashed', 'it has finished its last run');
      this.#waiting.shift()?.();
    }
  }

  get isReady(): boolean {
    return [...this.#processes].some((process) => !process.retired);
  }

  /** The process with the least to do, moved behind the others; waits in order while all are full. */
  async #freeProcess(signal: AbortSignal): Promise<SandboxProcess | undefined> {
    while (!signal.aborted) {
      const best = this.#leastBusy();
      if (best && best.load < this.options.concurrency) {
        await Promise.race([best.ready, best.gone]);
        if (!this.#processes.delete(best)) continue;
        this.#processes.add(best);
        return best;
      }
      await this.#turn(signal);
    }
    return undefined;
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

  /** Of equals, the one whose turn is longest ago: it had the most time to prepare isolates. */
  #leastBusy(): SandboxProcess | undefined {
    let best: SandboxProcess | undefined;
    for (const process of this.#processes) if (!process.retired && (!best || process.load < best.load)) best = process;
    return best;
  }

  #start(): void {
    const process = new SandboxProcess(() => this.#giveUp(process));
    this.#processes.add(process);
    void this.#replaceOnceGone(process);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #replaceOnceGone(process: SandboxProcess): Promise<void> {
    const reason = await process.gone;
    this.#processes.delete(process);
    if (this.#closing) return;
    this.#log.warn(`sandbox process ${process.pid} is gone: ${reason}`);
    if (!process.hasStarted) await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
    const inService = [...this.#processes].filter((other) => !other.retired).length;
    if (!this.#closing && inService < this.options.processes) this.#start();
  }

  #watch(): void {
    const now = performance.now();
    for (const process of this.#processes) {
      if (process.isOverdue(now)) process.kill('crashed', 'the sandbox process does not end a run whose time is up');
      const rss = process.rssBytes();
      if (rss > this.options.memoryBytes) {
        process.kill('out-of-memory', `the sandbox process used more than ${this.options.memoryBytes / 1024 ** 2} MB`);
      } else if (process.load === 0 && rss > this.options.memoryBytes * IDLE_SHARE) {
        process.kill('crashed', 'it kept memory that nothing uses any more');
      }
    }
  }

  /** Another process takes over at once; this one finishes what it runs. Only so many may linger. */
  #retire(process: SandboxProcess): void {
    if (process.retired || this.#closing) return;
    process.retired = true;
    const [longest, ...others] = [...this.#processes].filter((other) => other.retired);
    if (others.length >= this.options.processes) longest?.kill('crashed', 'too many sandbox processes had to be replaced');
    this.#start();
  }

  /** A run that was disposed of but goes on computing takes a core and memory: the others in its process get little time. */
  #giveUp(process: SandboxProcess): void {
    this.#retire(process);
    const kill = () => process.kill('crashed', 'the sandbox process ran a function that could not be stopped');
    if (process.load === 0) kill();
    else setTimeout(kill, RETIRE_MS);
  }
}
