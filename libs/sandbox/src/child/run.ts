import ivm from 'isolated-vm';
import { performance } from 'node:perf_hooks';
import type { CodeCache } from './code-cache.js';
import { answerNow } from './sync-calls.js';
import type { Isolates, Prepared } from './isolates.js';
import type { RunResult, RunSpec, StopReason } from './protocol.js';

export type HostCall = (op: string, args: string, body: string | undefined) => Promise<string>;

const MAX_TIMER_MS = 2_147_483_647;
/** Calls a run may have under way; each is held in memory on both sides. */
const MAX_UNANSWERED = 10_000;
const OUT_OF_MEMORY = { reason: 'out-of-memory', message: 'the function used more memory than it may' } as const;
/** What `boot` of the prelude gives. */
type Door = ivm.Reference<Record<string, (...args: unknown[]) => unknown>>;
/** How an answer begins (prelude `main.ts`). */
const OUTPUT = '{"ok":';
const FAILURE = '{"failure":';
/** No call has this number: delivering it only finds out whether the isolate has come to rest. */
const NO_CALL = 0;

/** One execution in one fresh isolate. It ends exactly once: by its own result, or by `stop`. */
export class Run {
  /** Settles when the isolate has really come to rest, which can be after the run was stopped. */
  settled: Promise<unknown> = Promise.resolve();
  readonly #prepared: Prepared;
  readonly #startedAt = performance.now();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped: { reason: StopReason; message: string } | undefined;
  #onStop: (() => void) | undefined;
  #deliver: ivm.Reference<(...args: unknown[]) => unknown> | undefined;
  #cpuAtLastCall = 0n;
  #isStarted = false;
  #isProbing = false;
  /** Calls made so far, and how many of them wait for an answer. */
  #calls = 0;
  #unanswered = 0;

  constructor(
    readonly spec: RunSpec,
    isolates: Isolates,
    private readonly codes: CodeCache,
    private readonly host: HostCall,
  ) {
    this.#prepared = isolates.take(spec.limits.memoryMb);
  }

  async execute(): Promise<RunResult> {
    const stopped = new Promise<void>((resolve) => (this.#onStop = resolve));
    const evaluated = this.#evaluate();
    this.settled = evaluated;
    const result = await Promise.race([evaluated, stopped.then(() => undefined)]);
    this.#dispose();
    return this.#result(result);
  }

  /** Ends the run now, also inside an endless loop. */
  stop(reason: StopReason, message: string): void {
    if (this.#stopped) return;
    this.#stopped = { reason, message };
    this.#dispose();
    this.#onStop?.();
  }

  /** Looks at the limits; called every few milliseconds by the watchdog. */
  watch(now: number): void {
    const { wallMs, spinMs } = this.spec.limits;
    if (this.#prepared.isolate.isDisposed) return this.stop(OUT_OF_MEMORY.reason, OUT_OF_MEMORY.message);
    if (now - this.#startedAt > wallMs) return this.stop('timeout', `the function ran for more than ${wallMs} ms`);
    const spentMs = Number(this.#cpuTime() - this.#cpuAtLastCall) / 1e6;
    if (spentMs > spinMs)
      return this.stop('timeout', `the function computed for more than ${spinMs} ms without a call in between`);
    if (this.#isStarted && this.#unanswered === 0 && !this.#isProbing) void this.#probe();
    return undefined;
  }

  /**
   * Nothing is under way outside. When the isolate has come to rest without asking for anything, no event is left that could settle
   * what the function waits for, and it is not kept until its deadline.
   */
  async #probe(): Promise<void> {
    this.#isProbing = true;
    const calls = this.#calls;
    const atRest = await this.#deliver?.apply(undefined, [NO_CALL, '']).then(
      () => true,
      () => false,
    );
    // A result that is on its way is handled first.
    await new Promise((resolve) => setImmediate(resolve));
    this.#isProbing = false;
    if (atRest && calls === this.#calls) this.stop('stalled', 'the function waits for a promise that nothing will ever settle');
  }

  async #evaluate(): Promise<string | Error> {
    try {
      const { isolate, context } = this.#prepared;
      const door: Door = context.evalClosureSync('return __fairlead($0, $1)', [this.#asyncCalls(), this.#syncCalls()], {
        result: { reference: true },
      });
      const start = door.getSync('start', { reference: true });
      this.#deliver = door.getSync('deliver', { reference: true });
      const script = await this.codes.compile(isolate, this.spec.bundleHash, this.spec.scriptName);
      const factory: ivm.Reference = await script.run(context, { reference: true });
      this.#isStarted = true;
      const answer: unknown = await start.apply(undefined, [factory.derefInto(), this.spec.facts, this.spec.input], {
        result: { promise: true, copy: true },
      });
      return String(answer);
    } catch (error) {
      // Nobody but the engine's own memory limit disposes of an isolate that was not stopped, under whatever message.
      if (this.#prepared.isolate.isDisposed) this.#stopped ??= OUT_OF_MEMORY;
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #asyncCalls(): ivm.Callback {
    return new ivm.Callback(
      (call: number, op: string, args: string, body?: string) => {
        this.#cpuAtLastCall = this.#cpuTime();
        this.#calls += 1;
        this.#unanswered += 1;
        if (this.#unanswered > MAX_UNANSWERED)
          return this.stop('flooded', `the function has more than ${MAX_UNANSWERED} calls under way`);
        const answer = op === 'sleep' ? this.#sleep(Number(args)) : this.host(op, args, body);
        void answer.then((json) => this.#answer(call, json));
        return undefined;
      },
      { ignored: true },
    );
  }

  /** A run that has ended meanwhile takes no answers. */
  #answer(call: number, json: string): void {
    this.#unanswered -= 1;
    if (!this.#prepared.isolate.isDisposed) this.#deliver?.applyIgnored(undefined, [call, json]);
  }

  #syncCalls(): ivm.Callback {
    return new ivm.Callback((op: string, args: string) => answerNow(op, args), { sync: true });
  }

  #sleep(ms: number): Promise<string> {
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          this.#timers.delete(timer);
          resolve('');
        },
        Math.min(ms, MAX_TIMER_MS),
      );
      this.#timers.add(timer);
    });
  }

  #cpuTime(): bigint {
    return this.#prepared.isolate.isDisposed ? this.#cpuAtLastCall : this.#prepared.isolate.cpuTime;
  }

  #dispose(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    if (!this.#prepared.isolate.isDisposed) this.#prepared.isolate.dispose();
  }

  #result(answer: string | Error | undefined): RunResult {
    const durationMs = performance.now() - this.#startedAt;
    if (this.#stopped) return { status: 'stopped', ...this.#stopped, durationMs };
    if (answer === undefined)
      return { status: 'stopped', reason: 'crashed', message: 'the run ended without a result', durationMs };
    if (answer instanceof Error) return this.#fromEngine(answer, durationMs);
    const isOutput = answer.startsWith(OUTPUT);
    const text = answer.slice((isOutput ? OUTPUT : FAILURE).length, -1);
    const bytes = Buffer.byteLength(text);
    const { outputBytes } = this.spec.limits;
    if (bytes > outputBytes) {
      const message = `the ${isOutput ? 'output' : 'error'} is ${bytes} bytes long, the limit is ${outputBytes}`;
      return { status: 'stopped', reason: 'output-too-large', message, durationMs };
    }
    return isOutput ? { status: 'returned', output: text, durationMs } : { status: 'threw', failure: text, durationMs };
  }

  /** An error of V8 rather than of the author's code, such as a bundle that does not parse. */
  #fromEngine(error: Error, durationMs: number): RunResult {
    const failure = JSON.stringify({ kind: 'error', name: error.name, message: error.message, stack: error.stack });
    return { status: 'threw', failure, durationMs };
  }
}
