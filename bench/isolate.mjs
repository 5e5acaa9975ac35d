import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import vm from 'node:vm';

import { FUNCTIONS, PROBES, SDK_CALLS } from './isolate-functions.mjs';
import { emptyIsolates, growth } from './isolate-growth.mjs';
import { neighbours } from './isolate-neighbour.mjs';

/**
 * What a run costs in a fresh instance, one from the function's snapshot, and a warm one, beside a fresh `node:vm` context in the same
 * process (design §6, "runner alone"). Needs the build. `--calls N` also makes N fresh runs in sandbox processes and prints the slope of
 * their memory.
 */
const CHILD = '../dist/libs/sandbox/src/child';
const PRELUDE = fileURLToPath(new URL('../dist/libs/sandbox/prelude.js', import.meta.url));
const LIMITS = { wallMs: 60_000, spinMs: 60_000, memoryMb: 128, outputBytes: 2 ** 21 };
const FACTS = JSON.stringify({ kind: 'action', loggerLevel: 'info', properties: { connectionId: 'c' } });
const OK = '{"ok":null}';
const BUNDLES = { ...FUNCTIONS, ...PROBES };
const MODES = ['fresh', 'snapshot', 'warm'];

const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN;

/** Repeats something for a time, one at a time. */
async function repeat(seconds, once) {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const times = [];
  while (performance.now() - startedAt < seconds * 1000) {
    const began = performance.now();
    await once(times.length);
    times.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(cpu);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(times, share));
  const runs = times.length;
  return {
    runs,
    perSecond: (runs * 1000) / (performance.now() - startedAt),
    perCpuSecond: (runs * 1e6) / (user + system),
    p50,
    p95,
    p99,
  };
}

/** Answers what runs a bundle by name in an instance of a mode. */
async function sandbox(ahead) {
  const [{ Isolates }, { CodeCache }, { Run }, { generalSnapshots, takeSnapshot }] = await Promise.all(
    ['isolates', 'code-cache', 'run', 'snapshots'].map((file) => import(`${CHILD}/${file}.js`)),
  );
  const prelude = readFileSync(PRELUDE, 'utf8');
  const isolates = new Isolates(generalSnapshots(prelude), { ahead, memoryMb: LIMITS.memoryMb, snapshotBytes: 2 ** 28 });
  const codes = new CodeCache();
  for (const [hash, code] of Object.entries(BUNDLES)) {
    codes.learn(hash, code);
    if (FUNCTIONS[hash] && ahead > 0) isolates.learn({ key: hash, ...takeSnapshot(prelude, code, 'bench.cjs') });
  }
  const warm = new Map();
  let last = 0;
  return async (bundleHash, mode = 'fresh', answer = async () => OK) => {
    const spec = { id: String((last += 1)), bundleHash, scriptName: 'bench.cjs', facts: FACTS, input: '{}', limits: LIMITS };
    const instance =
      warm.get(bundleHash) ??
      isolates.take(mode === 'snapshot' ? bundleHash : undefined, codes.namesZod(bundleHash), LIMITS.memoryMb);
    warm.delete(bundleHash);
    const execution = new Run(spec, instance, codes, answer);
    const result = await execution.execute(mode === 'warm');
    if (result.status !== 'returned') throw new Error(`the run failed: ${JSON.stringify(result)}`);
    if (mode !== 'warm') return;
    if (await execution.leavesNothing()) warm.set(bundleHash, instance);
    else instance.dispose();
  };
}

/** From taking an instance to the function's first call out of it. The pause lets the pool fill up, as it does between requests. */
async function untilFirstCall(execute, seconds) {
  const times = [];
  await repeat(seconds, async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    const startedAt = performance.now();
    await execute('firstCall', 'fresh', async () => {
      times.push(performance.now() - startedAt);
      return OK;
    });
  });
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/** Two hops between threads, and nothing between processes. */
async function callOverhead(execute) {
  const whole = [];
  for (let n = 0; n < 5; n += 1) {
    const startedAt = performance.now();
    await execute('calls');
    whole.push(((performance.now() - startedAt) * 1000) / SDK_CALLS);
  }
  return percentile(whole, 0.5);
}

/** What a function costs in a fresh context of the same process, without isolation of memory or time. */
async function contextBaseline(name, seconds) {
  const require = createRequire(import.meta.url);
  const script = new vm.Script(`(function (module, exports, require) {${BUNDLES[name]}\n})`, { filename: 'bench.cjs' });
  return repeat(seconds, async () => {
    const context = vm.createContext({ Buffer, URL, URLSearchParams, setTimeout, console: {} });
    const module = { exports: {} };
    script.runInContext(context)(module, module.exports, require);
    await module.exports.default.exec({ getCheckpoint: async () => null }, {});
  });
}

const percentilesOf = (name, { p50, p95, p99 }) => ({
  [`${name}_p50_ms`]: p50,
  [`${name}_p95_ms`]: p95,
  [`${name}_p99_ms`]: p99,
});

async function measure(seconds, calls) {
  const figures = {};
  const share = seconds / 16;
  // Contexts of this process come first: the sandbox has V8 keep hashes that are not theirs.
  const contexts = new Map();
  for (const name of Object.keys(FUNCTIONS)) contexts.set(name, await contextBaseline(name, share));
  const execute = await sandbox(3);
  const unprepared = await sandbox(0);
  for (const [name, context] of contexts) {
    Object.assign(figures, { [`${name}_vm_per_second`]: context.perSecond, ...percentilesOf(`${name}_vm`, context) });
    for (const mode of MODES) {
      for (let n = 0; n < 10; n += 1) await execute(name, mode);
      const runs = await repeat(share, () => execute(name, mode));
      figures[`${name}_${mode}_per_core`] = runs.perCpuSecond;
      figures[`${name}_${mode}_ratio_vm`] = runs.perSecond / context.perSecond;
      Object.assign(figures, percentilesOf(`${name}_${mode}`, runs));
    }
  }
  const [prepared, made] = [await untilFirstCall(execute, share * 2), await untilFirstCall(unprepared, share * 2)];
  return {
    ...figures,
    runs_per_core_fresh: figures.noop_fresh_per_core,
    first_call_ms_p50: prepared.p50,
    first_call_ms_p99: prepared.p99,
    first_call_unprepared_ms_p50: made.p50,
    first_call_unprepared_ms_p99: made.p99,
    sdk_call_us: await callOverhead(execute),
    ...(await neighbours(Math.max(3, share * 3))),
    ...(calls > 0 ? await growth(calls) : {}),
  };
}

/** The engine's options of a sandbox process (`confinement.ts`). */
const FLAGS = ['--no-node-snapshot', '--no-turboshaft-loop-unrolling', '--single-threaded-gc', '--max-semi-space-size=2'];
const TASKSET = '/usr/bin/taskset';

/** Has a part of this bench done in a process of its own. @param launcher what Node is started with */
async function inProcess(args, launcher = []) {
  const [program, ...all] = [...launcher, process.execPath, ...FLAGS, fileURLToPath(import.meta.url), ...args.map(String)];
  const measuring = promisify(execFile)(program, all, { maxBuffer: 2 ** 24 });
  measuring.child.stderr.pipe(process.stderr);
  const { stdout } = await measuring;
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n')));
}

/** An SDK call where both threads share a core: what it costs without waking one that sleeps. */
async function callOnOneCore() {
  if (!existsSync(TASKSET)) return {};
  const { sdk_call_us } = await inProcess(['--calls'], [TASKSET, '--cpu-list', firstCore()]);
  return { sdk_call_one_core_us: sdk_call_us };
}

const firstCore = () => /^Cpus_allowed_list:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1];

/**
 * Measures in processes of their own.
 * @param {{ seconds?: number, calls?: number, json?: boolean }} options
 * @returns {Promise<Record<string, number>>} the figures, also printed
 */
export async function run({ seconds = 20, calls = 0, json = false } = {}) {
  const figures = {
    ...(await inProcess(['--measure', seconds, calls])),
    ...(await callOnOneCore()),
    ...(calls > 0 ? await inProcess(['--empty']) : {}),
  };
  if (json) console.log(JSON.stringify(figures));
  else console.table(Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(2))])));
  return figures;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , part, seconds, calls] = process.argv;
  if (part === '--measure') await print(await measure(Number(seconds), Number(calls)));
  if (part === '--calls') await print({ sdk_call_us: await callOverhead(await sandbox(0)) });
  if (part === '--empty') await print({ rss_bytes_per_empty_isolate: await emptyIsolates() });
  await run({ json: process.argv.includes('--json') });
}

/** Ends the process once what it measured is out. */
function print(figures) {
  return new Promise(() => process.stdout.write(`\n${JSON.stringify(figures)}`, () => process.exit(0)));
}
