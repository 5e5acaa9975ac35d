import { performance } from 'node:perf_hooks';
import type { CodeCache } from './code-cache.js';
import { HeapPeak } from './heap-peak.js';
import type { Instance } from './instance.js';
import type { RunResult, RunSpec, StopReason } from './protocol.js';
import { settlesWithin } from './settles-within.js';
import { answerNow } from './sync-calls.js';

export type HostCall = (op: string, args: string, body: string | undefined) => Promise<string>;

const MAX_TIMER_MS = 2_147_483_647;
/** Calls a run may have under way, and characters in them; each is held in memory on both sides. */
const MAX_UNANSWERED = 10_000;
const MAX_UNANSWERED_CHARS = 128 * 1024 ** 2;
/** How often the watchdog passes over a run that waits for an answer: it computes nothing before that comes. */
const PASSED_OVER = 4;
/** How long an instance that is to be kept may go on after its run. */
const REST_MS = 50;
const OUT_OF_MEMORY = { reason: 'out-of-memory', message: 'the function used more memory than it may' } as const;
/** How an answer begins (prelude `main.ts`). */
const OUTPUT = '{"ok":';
const FAILURE = '{"failure":';

/** An error as it may go in: its stack tells of this process. */
function withoutStack(thrown: unknown): Error {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  const told = new (name === 'RangeError' ? RangeError : name === 'TypeError' ? TypeError : Error)(message);
  told.stack = `${name}: ${message}`;
  return told;
}

/** One execution in one instance. It ends exactly once: by its own result, or by `stop`. */
export class Run {
  /** Settles when the isolate has really come to rest, which can be after the run was stopped. */
  settled: Promise<unknown> = Promise.resolve();
  /** Time in which the body of the module was evaluated. */
  bodyMs = 0;
  /** Whether its isolate can neither go on nor be disposed of. */
  isLost = false;
  /** Called for each call of the run, timers among them: it waits for something, or does so soon. */
  onCall: (() => void) | undefined;
  readonly heapPeak: HeapPeak;
  readonly #startedAt = performance.now();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped: { reason: StopReason; message: string } | undefined;
  #onStop: (() => void) | undefined;
  /** What was spent when the run last called: computing in the isolate, and in synchronous calls here. */
  #cpuAtLastCall: bigint;
  #syncMs = 0;
  /** What was spent when it was looked at last, and how often it is passed over from now on. */
  #cpuAtLastLook = -1n;
  #passes = 0;
  #isStarted = false;
  #isProbing = false;
  /** Whether the instance came to rest after its start; nothing is known of the end of a run that went on after that. */
  #rest: Promise<boolean> | undefined;
  /** Whether it has said how it ended. */
  #isAnswered = false;
  #isOver = false;
  /** Calls made so far, and how many of them, and characters in them, wait for an answer. */
  #calls = 0;
  #unanswered = 0;
  #unansweredChars = 0;

  constructor(
    readonly spec: RunSpec,
    private readonly instance: Instance,
    private readonly codes: CodeCache,
    private readonly host: HostCall,
  ) {
    this.#cpuAtLastCall = instance.isolate.cpuTime;
    this.heapPeak = new HeapPeak(instance.isolate);
    instance.calls = {
      call: (call, op, args, body) => this.#take(call, op, args, body),
      sync: (op, args) => this.#answerNow(op, args),
    };
    instance.onLost = () => {
      this.isLost = true;
      this.stop(OUT_OF_MEMORY.reason, OUT_OF_MEMORY.message);
    };
  }

  /** How long its isolate has computed; with a warm instance, for runs before it too. */
  get computedMs(): number {
    return Number(this.#cpuTime()) / 1e6;
  }

  /** @param isKept whether the instance shall survive a run that returned; otherwise it is disposed of at the end */
  async execute(isKept = false): Promise<RunResult> {
    const stopped = new Promise<void>((resolve) => (this.#onStop = resolve));
    const evaluated = this.#evaluate(isKept);
    this.settled = evaluated;
    const result = await Promise.race([evaluated, stopped.then(() => undefined)]);
    const told = this.#result(result);
    // It rests from now on, which does not mean that it waits in vain.
    this.#isAnswered = true;
    if (this.spec.isMeasured) await this.heapPeak.last();
    this.#leave(isKept && told.status === 'returned');
    return told;
  }

  /** Ends the run now, also inside an endless loop. */
  stop(reason: StopReason, message: string): void {
    if (this.#stopped || this.#isOver) return;
    this.#stopped = { reason, message };
    this.#leave(false);
    this.#onStop?.();
  }

  /** Looks at the limits; called every few milliseconds by the watchdog. */
  watch(now: number): void {
    if (this.#isOver || this.#isPassedOver()) return undefined;
    const { wallMs, spinMs } = this.spec.limits;
    if (this.instance.isDisposed) return this.stop(OUT_OF_MEMORY.reason, OUT_OF_MEMORY.message);
    if (now - this.#startedAt > wallMs) return this.stop('timeout', `the function ran for more than ${wallMs} ms`);
    const spentMs = Number(this.#cpuTime() - this.#cpuAtLastCall) / 1e6 + this.#syncMs;
    if (spentMs > spinMs)
      return this.stop('timeout', `the function computed for more than ${spinMs} ms without a call in between`);
    this.heapPeak.watch(now - this.#startedAt);
    if (this.#isStarted && !this.#isAnswered && this.#unanswered === 0 && !this.#isProbing) void this.#probe();
    return undefined;
  }

  #isPassedOver(): boolean {
    if (this.#passes > 0) {
      this.#passes -= 1;
      return true;
    }
    const spent = this.#cpuTime();
    if (this.#unanswered > 0 && spent === this.#cpuAtLastLook) this.#passes = PASSED_OVER;
    this.#cpuAtLastLook = spent;
    return false;
  }

  /** @returns whether nothing of the run goes on in its instance, so that another may use it */
  async leavesNothing(): Promise<boolean> {
    let isAtRest = false;
    const resting = (this.#rest ?? this.instance.comesToRest()).then((atRest) => (isAtRest = atRest));
    await settlesWithin(resting, REST_MS);
    return isAtRest && !this.#stopped;
  }

  /**
   * Nothing is under way outside. When the isolate has come to rest without asking for anything, no event is left that could settle
   * what the function waits for, and it is not kept until its deadline.
   */
  async #probe(): Promise<void> {
    this.#isProbing = true;
    const calls = this.#calls;
    const atRest = await this.instance.comesToRest();
    // A result that is on its way is handled first.
    await new Promise((resolve) => setImmediate(resolve));
    this.#isProbing = false;
    if (atRest && !this.#isAnswered && calls === this.#calls)
      this.stop('stalled', 'the function waits for a promise that nothing will ever settle');
  }

  async #evaluate(isKept: boolean): Promise<string | Error> {
    try {
      const failure = this.instance.isLoaded ? '' : await this.#load();
      if (failure !== '') return failure;
      this.#isStarted = true;
      const answer = this.instance.start(this.spec.facts, this.spec.input);
      if (isKept) this.#askForRest();
      return await answer;
    } catch (error) {
      // Nobody but the engine's own memory limit disposes of an isolate that was not stopped, under whatever message.
      if (this.instance.isDisposed && !this.#isOver) this.#stopped ??= OUT_OF_MEMORY;
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Right behind the start: a function that asks for nothing is done, and seen to be at rest, in one turn of its isolate. */
  #askForRest(): void {
    const rest = this.instance.comesToRest();
    this.#rest = rest;
    void rest.then(() => this.#forgetRest());
  }

  #forgetRest(): void {
    if (!this.#isAnswered) this.#rest = undefined;
  }

  async #load(): Promise<string> {
    const script = await this.codes.compile(this.instance.isolate, this.spec.bundleHash, this.spec.scriptName);
    const startedAt = performance.now();
    const failure = await this.instance.load(script);
    this.bodyMs = performance.now() - startedAt;
    return failure;
  }

  #take(call: number, op: string, args: string, body: string | undefined): void {
    this.onCall?.();
    this.#cpuAtLastCall = this.#cpuTime();
    this.#syncMs = 0;
    this.#calls += 1;
    this.#unanswered += 1;
    const chars = args.length + (body?.length ?? 0);
    this.#unansweredChars += chars;
    if (this.#unanswered > MAX_UNANSWERED)
      return this.stop('flooded', `the function has more than ${MAX_UNANSWERED} calls under way`);
    if (this.#unansweredChars > MAX_UNANSWERED_CHARS)
      return this.stop('flooded', `the function has calls of more than ${MAX_UNANSWERED_CHARS} characters under way`);
    const answer = op === 'sleep' ? this.#sleep(Number(args)) : this.host(op, args, body);
    void answer.then((json) => this.#answer(call, json, chars));
    return undefined;
  }

  /** A run that has ended meanwhile takes no answers: the instance may serve another. */
  #answer(call: number, json: string, chars: number): void {
    this.#passes = 0;
    this.#unanswered -= 1;
    this.#unansweredChars -= chars;
    if (!this.#isOver) this.instance.deliver(call, json);
  }

  /** Computing here for the run counts as its own. */
  #answerNow(op: string, args: string): string {
    const startedAt = performance.now();
    try {
      return answerNow(op, args);
    } catch (thrown) {
      throw withoutStack(thrown);
    } finally {
      this.#syncMs += performance.now() - startedAt;
    }
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
    return this.instance.isDisposed ? this.#cpuAtLastCall : this.instance.isolate.cpuTime;
  }

  #leave(isKept: boolean): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    if (isKept) this.instance.calls = undefined;
    else this.instance.dispose();
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
