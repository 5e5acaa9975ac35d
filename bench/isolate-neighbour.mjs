import { createHash } from 'node:crypto';
import { SandboxPool } from '../dist/apps/runner/src/hosts/sandbox-pool.js';
import { FUNCTIONS } from './isolate-functions.mjs';

/** What a function that uses all it can costs another one: the p95 of a no-op alone, beside endless loops, and beside ones that fill memory. */
const MB = 2 ** 20;
const LIMITS = { wallMs: 60_000, spinMs: 300, memoryMb: 64, outputBytes: 2 * MB };
const EVERY_MS = 10;
const code = (exec) => `module.exports = { default: { type: 'action', exec: async () => { ${exec} } } };`;
const HOGS = { cpu: code('for (;;) {}'), memory: code('const a = []; for (;;) a.push(new Array(1000).fill(0))') };

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN;

export async function neighbours(seconds) {
  const child = { ahead: 3, memoryMb: 64, snapshotBytes: 0, warm: { instances: 0, runs: 1, ageMs: 1, idleMs: 1 } };
  const pool = new SandboxPool({
    processes: 2,
    spares: 1,
    concurrency: 64,
    memoryBytes: 500 * MB,
    isolates: 20_000,
    namespaces: 'auto',
    child,
  });
  await pool.onModuleInit();
  let last = 0;
  const run = (source) => {
    const spec = {
      id: String((last += 1)),
      scriptName: 'bench.cjs',
      facts: '{"kind":"action","properties":{}}',
      input: '{}',
      limits: LIMITS,
    };
    const bundle = { hash: createHash('sha256').update(source).digest('hex'), code: source };
    return pool.run(spec, bundle, async () => '{"ok":null}', new AbortController().signal);
  };
  const figures = {};
  for (const [name, hog] of Object.entries({ alone: undefined, ...HOGS })) {
    const over = new AbortController();
    const hogging =
      hog &&
      (async () => {
        while (!over.signal.aborted) await run(hog);
      })();
    const times = [];
    const until = performance.now() + (seconds * 1000) / 3;
    while (performance.now() < until) {
      const startedAt = performance.now();
      const { result } = await run(FUNCTIONS.noop);
      if (result.status === 'returned') times.push(performance.now() - startedAt);
      await sleep(EVERY_MS);
    }
    over.abort();
    await hogging;
    figures[`neighbour_${name}_p50_ms`] = percentile(times, 0.5);
    figures[`neighbour_${name}_p95_ms`] = percentile(times, 0.95);
  }
  await pool.onApplicationShutdown();
  return figures;
}
