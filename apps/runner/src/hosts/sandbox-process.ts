import { type ChildProcess, fork } from 'node:child_process';
import { LRUCache } from 'lru-cache';
import { readFileSync } from 'node:fs';
import { type FromChild, type RunResult, type RunSpec, sandboxEntry, type ToChild } from '#libs/sandbox';

/** Answers one call of a run with a `HostReply` as JSON; never rejects. */
export type CallHandler = (op: string, args: string, body: string | undefined) => Promise<string>;

interface Active {
  readonly onCall: CallHandler;
  readonly finish: (result: RunResult) => void;
  readonly startedAt: number;
  /** When the sandbox process must have ended the run by itself. */
  overdueAt: number;
}

export interface Bundle {
  readonly hash: string;
  readonly code: string;
}

const PAGE_BYTES = 4096;
/** Bundles the sandbox process is counted on to remember; it keeps more (`CODES_KEPT`). */
const CODES_REMEMBERED = 500;
/** What the process's own watchdog is given beyond a run's limit, and to stop a cancelled run. */
const GRACE_MS = 3_000;

/** One sandbox process as the supervisor sees it. It ends exactly once; what it ran then ends with it. */
export class SandboxProcess {
  readonly #child: ChildProcess;
  readonly #active = new Map<string, Active>();
  readonly #known = new LRUCache<string, true>({ max: CODES_REMEMBERED });
  #ended: { reason: 'crashed' | 'out-of-memory'; message: string } | undefined;
  /** Resolves when the process takes work. */
  readonly ready: Promise<void>;
  /** Resolves when the process is gone, with the reason. */
  readonly gone: Promise<string>;
  hasStarted = false;
  /** Takes no more work. */
  retired = false;

  constructor(private readonly onStuck: () => void) {
    this.#child = fork(sandboxEntry(), [], {
      execArgv: ['--no-node-snapshot', '--max-old-space-size=256'],
      serialization: 'advanced',
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let onReady: () => void;
    this.ready = new Promise((resolve) => (onReady = resolve));
    this.gone = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        resolve(this.#end(`the sandbox process ended unexpectedly (${signal ?? code})`));
      });
    });
    this.#child.on('error', (error) => this.kill('crashed', `the sandbox process failed: ${error.message}`));
    this.#child.on('message', (message: FromChild) => {
      if (message.type !== 'ready') return this.#hear(message);
      this.hasStarted = true;
      return onReady();
    });
  }

  get load(): number {
    return this.#active.size;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  run(spec: Omit<RunSpec, 'bundleHash' | 'code'>, bundle: Bundle, onCall: CallHandler): Promise<RunResult> {
    return new Promise((resolve) => {
      const startedAt = performance.now();
      this.#active.set(spec.id, { onCall, finish: resolve, startedAt, overdueAt: startedAt + spec.limits.wallMs + GRACE_MS });
      const isNew = this.#known.get(bundle.hash) === undefined;
      this.#known.set(bundle.hash, true);
      this.#say({ type: 'run', spec: { ...spec, bundleHash: bundle.hash, ...(isNew ? { code: bundle.code } : {}) } });
    });
  }

  abort(run: string): void {
    const active = this.#active.get(run);
    if (!active) return;
    active.overdueAt = Math.min(active.overdueAt, performance.now() + GRACE_MS);
    this.#say({ type: 'abort', run });
  }

  /** Whether a run is still there that this process should have ended: it answers nothing any more. */
  isOverdue(now: number): boolean {
    return [...this.#active.values()].some((active) => now > active.overdueAt);
  }

  /** Resident memory, read from the kernel so that a process that answers nothing is seen too; 0 where it cannot be read. */
  rssBytes(): number {
    try {
      return Number(readFileSync(`/proc/${this.#child.pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
    } catch {
      return 0;
    }
  }

  kill(reason: 'crashed' | 'out-of-memory', message: string): void {
    this.#ended ??= { reason, message };
    this.retired = true;
    this.#child.kill('SIGKILL');
  }

  #say(message: ToChild): void {
    if (this.#child.connected) this.#child.send(message);
  }

  #hear(message: FromChild): void {
    if (message.type === 'stuck') this.onStuck();
    if (message.type !== 'call' && message.type !== 'done') return;
    const active = this.#active.get(message.run);
    if (!active) return;
    if (message.type === 'done') {
      this.#active.delete(message.run);
      active.finish(message.result);
      return;
    }
    const { run, call, op, args, body } = message;
    void active.onCall(op, args, body).then((json) => this.#say({ type: 'reply', run, call, json }));
  }

  #end(message: string): string {
    const ended = (this.#ended ??= { reason: 'crashed', message });
    for (const { finish, startedAt } of this.#active.values()) {
      finish({ status: 'stopped', ...ended, durationMs: performance.now() - startedAt });
    }
    this.#active.clear();
    return ended.message;
  }
}
