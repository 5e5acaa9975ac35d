import { availableParallelism } from 'node:os';
import { CodeCache } from './code-cache.js';
import type { Instance } from './instance.js';
import { Isolates } from './isolates.js';
import { MemoryGrowth } from './memory-growth.js';
import type { ChildOptions, FromChild, Origin, RunSpec, ToChild } from './protocol.js';
import { Outbox } from './outbox.js';
import { type HostCall, Run } from './run.js';
import { RunQueue } from './run-queue.js';
import { settlesWithin } from './settles-within.js';
import { type History, WarmInstances } from './warm.js';

/**
 * A sandbox process: runs executions in fresh isolates and asks the supervisor for everything else. It holds no secret and opens no
 * connection. The supervisor kills it when it is over budget or silent; nothing here needs saving.
 */
const WATCH_MS = 10;
/** isolated-vm was seen to compute on after an isolate was disposed of for its memory (spec/sandbox.md §3). */
const STUCK_AFTER_MS = 500;

const options = JSON.parse(process.argv[2] ?? '') as ChildOptions;
let isolates: Isolates;
const warm = new WarmInstances(options.warm);
const codes = new CodeCache();
const queue = new RunQueue(availableParallelism(), (spec) => void execute(spec));
const runs = new Map<string, Run>();
const growth = new MemoryGrowth<Run>();
/** Answers that runs wait for, by run and call. */
const waiting = new Map<string, Map<number, (json: string) => void>>();
let lastCall = 0;

const outbox = new Outbox<FromChild>((messages) => process.send?.(messages));
const say = (message: FromChild, chars?: number): void => outbox.put(message, chars);

function asking(run: string): HostCall {
  const answers = new Map<number, (json: string) => void>();
  waiting.set(run, answers);
  return (op, args, body) =>
    new Promise((resolve) => {
      const call = ++lastCall;
      answers.set(call, resolve);
      say({ type: 'call', run, call, op, args, body }, args.length + (body?.length ?? 0));
    });
}

/** An instance for the run, with what it has behind it. */
function instanceFor({ warmKey, snapshotKey, bundleHash, limits }: RunSpec): History & { instance: Instance; origin: Origin } {
  const kept = warmKey === undefined ? undefined : warm.take(warmKey);
  if (kept) return { ...kept, origin: 'warm' };
  const instance = isolates.take(snapshotKey, codes.namesZod(bundleHash), limits.memoryMb);
  return { instance, bornAt: performance.now(), runs: 0, origin: instance.isLoaded ? 'snapshot' : 'fresh' };
}

async function execute(spec: RunSpec): Promise<void> {
  const { instance, origin, bornAt, runs: before } = instanceFor(spec);
  const run = new Run(spec, instance, codes, asking(spec.id));
  run.onCall = () => queue.heard(spec.id);
  runs.set(spec.id, run);
  const result = await run.execute(spec.warmKey !== undefined);
  queue.heard(spec.id);
  runs.delete(spec.id);
  waiting.delete(spec.id);
  const isOver = settlesWithin(run.settled, STUCK_AFTER_MS);
  // What it holds is there until then, and the next one shall not pay for it.
  if (result.status === 'stopped' && result.reason === 'out-of-memory' && !run.isLost) await isOver;
  if (spec.warmKey !== undefined) await keep(spec.warmKey, run, instance, { bornAt, runs: before + 1 });
  say({ type: 'done', run: spec.id, result, cost: { origin, bodyMs: run.bodyMs, peakBytes: run.heapPeak.bytes } });
  if (run.isLost) say({ type: 'stuck', computes: false });
  else if (!(await isOver)) say({ type: 'stuck', computes: true });
}

/** Only an instance that is at rest after a run that returned may serve again. */
async function keep(key: string, run: Run, instance: Instance, history: History): Promise<void> {
  if (instance.isDisposed) return;
  if (await run.leavesNothing()) warm.keep(key, instance, history);
  else instance.dispose();
}

function abort(run: string): void {
  const message = 'the execution was cancelled';
  if (queue.remove(run)) say({ type: 'done', run, result: { status: 'stopped', reason: 'aborted', message, durationMs: 0 } });
  else runs.get(run)?.stop('aborted', message);
}

const heldBy = (run: Run): number => Math.max(run.heapPeak.bytes, growth.bytesOf(run));

/** One at a time: when that did not help, it is asked for again. */
function relieve(): void {
  if (warm.clear() > 0) return;
  const [fattest] = [...runs.values()].toSorted((a, b) => heldBy(b) - heldBy(a));
  fattest?.stop('out-of-memory', 'the function used the most of a memory that was used up');
}

function hear(message: ToChild): void {
  switch (message.type) {
    case 'begin':
      isolates = new Isolates(message.general, options);
      say({ type: 'ready' });
      break;
    case 'run':
      if (message.spec.code !== undefined) codes.learn(message.spec.bundleHash, message.spec.code);
      queue.push(message.spec);
      break;
    case 'reply': {
      const answers = waiting.get(message.run);
      answers?.get(message.call)?.(message.json);
      answers?.delete(message.call);
      break;
    }
    case 'snapshot':
      isolates.learn(message.snapshot);
      break;
    case 'relieve':
      relieve();
      break;
    case 'abort':
      abort(message.run);
      break;
  }
}

process.on('message', (messages: readonly ToChild[]) => messages.forEach(hear));

// A supervisor that is gone leaves nothing to work for.
process.on('disconnect', () => process.exit(0));

setInterval(() => {
  const now = performance.now();
  for (const run of runs.values()) run.watch(now);
  queue.watch(now);
  if (runs.size > 0) growth.note(process.memoryUsage.rss(), runs.values());
}, WATCH_MS);
