import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import ivm from 'isolated-vm';
import { SandboxPool } from '../dist/apps/runner/src/hosts/sandbox-pool.js';
import { FUNCTIONS } from './isolate-functions.mjs';
import { slope } from './lib.mjs';
import { processTree, usageOf } from './processes.mjs';

/** Whether memory stays where it is over many fresh runs: that of sandbox processes as a runner has them, which are replaced in between. */
const MB = 2 ** 20;
const LIMITS = { wallMs: 60_000, spinMs: 30_000, memoryMb: 128, outputBytes: 2 * MB };
const CALLERS = 4;
const SAMPLE_EVERY = 100;
/** As `FAIRLEAD_RUNNER_CHILD_RUNS` is by default. */
const ISOLATES = 20_000;
const EMPTY_ISOLATES = 20_000;

/** Samples after what comes to rest in their first third. */
const settled = (samples) => samples.slice(Math.floor(samples.length / 3));

/** @param runs how many fresh no-ops the pool has to do */
export async function growth(runs) {
  const samples = settled(await samplesOf(runs));
  const inMb = samples.map(([, bytes]) => bytes / MB);
  return {
    rss_runs: runs,
    rss_bytes_per_run: slope(samples),
    rss_mb_first: inMb[0],
    rss_mb_last: inMb.at(-1),
    rss_mb_most: Math.max(...inMb),
  };
}

async function samplesOf(runs) {
  const child = {
    ahead: 3,
    memoryMb: LIMITS.memoryMb,
    snapshotBytes: 64 * MB,
    warm: { instances: 0, runs: 1, ageMs: 1, idleMs: 1 },
  };
  const options = { processes: 2, spares: 1, concurrency: 64, memoryBytes: 768 * MB, isolates: ISOLATES, namespaces: 'auto' };
  const pool = new SandboxPool({ ...options, child });
  await pool.onModuleInit();
  const source = FUNCTIONS.noop;
  const bundle = { hash: createHash('sha256').update(source).digest('hex'), code: source };
  const facts = '{"kind":"action","properties":{}}';
  const samples = [];
  let begun = 0;
  const caller = async () => {
    while (begun < runs) {
      begun += 1;
      if (begun % SAMPLE_EVERY === 0) samples.push([begun, usageOf(processTree(process.pid).slice(1)).bytes]);
      const spec = { id: String(begun), scriptName: 'bench.cjs', facts, input: '{}', limits: LIMITS };
      const { result } = await pool.run(spec, bundle, async () => '{"ok":null}', new AbortController().signal);
      if (result.status !== 'returned') throw new Error(`the run failed: ${JSON.stringify(result)}`);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  await pool.onApplicationShutdown();
  return samples;
}

/** Bytes that V8 and isolated-vm keep of an isolate without anything in it; to be asked in a process that does nothing else. */
export async function emptyIsolates() {
  const samples = [];
  for (let at = 0; at < EMPTY_ISOLATES; at += 1) {
    new ivm.Isolate({ memoryLimit: LIMITS.memoryMb }).dispose();
    if (at % SAMPLE_EVERY !== 0) continue;
    await turn();
    samples.push([at, usageOf([process.pid]).bytes]);
  }
  return slope(settled(samples));
}
