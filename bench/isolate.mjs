import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import vm from 'node:vm';

/**
 * What a fresh isolate per run costs, beside a fresh `node:vm` context in the same process (design §6, "runner alone").
 * Needs the build; `node bench/isolate.mjs` measures for some seconds and prints a table.
 */
const CHILD = '../dist/libs/sandbox/src/child';
const PRELUDE = fileURLToPath(new URL('../dist/libs/sandbox/prelude.js', import.meta.url));
const LIMITS = { wallMs: 60_000, spinMs: 60_000, memoryMb: 128, outputBytes: 2 ** 21 };
const FACTS = JSON.stringify({ kind: 'action', loggerLevel: 'info', properties: { connectionId: 'c' } });
const SDK_CALLS = 2_000;
const OK = '{"ok":null}';

const bundleOf = (exec) =>
  `"use strict"; module.exports = { default: { type: 'action', exec: async (nango, input) => { ${exec} } } };`;
const BUNDLES = {
  noop: bundleOf('return input;'),
  firstCall: bundleOf('await nango.getCheckpoint();'),
  calls: bundleOf(`for (let n = 0; n < ${SDK_CALLS}; n += 1) await nango.getCheckpoint();`),
};

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

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Bytes per run by which resident memory grows: the slope of a straight line through its samples. */
function slope(samples) {
  const [x, y] = [mean(samples.map(({ at }) => at)), mean(samples.map(({ rss }) => rss))];
  const over = samples.reduce((sum, { at, rss }) => sum + (at - x) * (rss - y), 0);
  return over / samples.reduce((sum, { at }) => sum + (at - x) ** 2, 0);
}

async function sandbox() {
  const [{ Isolates }, { CodeCache }, { Run }] = await Promise.all(
    ['isolates', 'code-cache', 'run'].map((file) => import(`${CHILD}/${file}.js`)),
  );
  const isolates = new Isolates(PRELUDE, 3);
  const codes = new CodeCache();
  for (const [hash, code] of Object.entries(BUNDLES)) codes.learn(hash, code);
  let last = 0;
  return async (bundleHash, answer = async () => OK) => {
    const spec = { id: String((last += 1)), bundleHash, scriptName: 'bench.cjs', facts: FACTS, input: '{}', limits: LIMITS };
    const result = await new Run(spec, isolates, codes, answer).execute();
    if (result.status !== 'returned') throw new Error(`the run failed: ${JSON.stringify(result)}`);
    return result;
  };
}

async function fresh(execute, seconds) {
  const samples = [];
  for (let n = 0; n < 50; n += 1) await execute('noop');
  const figures = await repeat(seconds, async (at) => {
    await execute('noop');
    if (at % 25 === 0) samples.push({ at, rss: process.memoryUsage.rss() });
  });
  const settled = samples.slice(Math.floor(samples.length / 3));
  return { ...figures, rssBytesPerRun: slope(settled) };
}

/** From taking an isolate to the function's first call out of it. The pause lets the pool fill up, as it does between requests. */
async function untilFirstCall(execute, seconds) {
  const times = [];
  await repeat(seconds, async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    const startedAt = performance.now();
    await execute('firstCall', async () => {
      times.push(performance.now() - startedAt);
      return OK;
    });
  });
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

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
async function contextBaseline(seconds) {
  const script = new vm.Script(`(function (module, exports, require) {${BUNDLES.noop}\n})`, { filename: 'bench.cjs' });
  return repeat(seconds, async () => {
    const context = vm.createContext({ Buffer, URL, URLSearchParams, setTimeout, console: {} });
    const module = { exports: {} };
    script.runInContext(context)(module, module.exports, () => undefined);
    await module.exports.default.exec({}, {});
  });
}

const percentilesOf = (name, { p50, p95, p99 }) => ({
  [`${name}_p50_ms`]: p50,
  [`${name}_p95_ms`]: p95,
  [`${name}_p99_ms`]: p99,
});

async function measure(seconds) {
  const execute = await sandbox();
  const freshRuns = await fresh(execute, seconds * 0.6);
  const first = await untilFirstCall(execute, seconds * 0.2);
  const context = await contextBaseline(seconds * 0.2);
  return {
    runs_per_core_fresh: freshRuns.perCpuSecond,
    runs_per_second_one_at_a_time: freshRuns.perSecond,
    runs_measured: freshRuns.runs,
    rss_bytes_per_run: freshRuns.rssBytesPerRun,
    rss_mb: process.memoryUsage.rss() / 2 ** 20,
    first_call_ms_p50: first.p50,
    first_call_ms_p99: first.p99,
    sdk_call_us: await callOverhead(execute),
    vm_context_runs_per_second: context.perSecond,
    ...percentilesOf('fresh', freshRuns),
    ...percentilesOf('vm_context', context),
    ratio_vm_context: freshRuns.perSecond / context.perSecond,
  };
}

/**
 * Measures in a process of its own: isolates need Node without its start-up snapshot.
 * @param {{ seconds?: number, json?: boolean }} options
 * @returns {Promise<Record<string, number>>} the figures, also printed
 */
export async function run({ seconds = 20, json = false } = {}) {
  const args = ['--no-node-snapshot', fileURLToPath(import.meta.url), '--measure', String(seconds)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const figures = JSON.parse(stdout);
  if (json) console.log(JSON.stringify(figures));
  else console.table(Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(2))])));
  return figures;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--measure');
  if (at > 0) {
    process.stdout.write(JSON.stringify(await measure(Number(process.argv[at + 1]))));
    process.exit(0);
  }
  await run({ json: process.argv.includes('--json') });
}
