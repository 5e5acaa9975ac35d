import { createHash } from 'node:crypto';
import type { RunLimits, RunResult } from '#libs/sandbox';
import { type PoolOptions, SandboxPool } from './sandbox-pool.js';
import type { CallHandler, Finished } from './sandbox-process.js';

const MB = 1024 ** 2;
const OPTIONS: PoolOptions = {
  processes: 1,
  spares: 1,
  concurrency: 8,
  memoryBytes: 700 * MB,
  isolates: 0,
  namespaces: 'auto',
  child: {
    ahead: 3,
    memoryMb: 128,
    snapshotBytes: 64 * MB,
    warm: { instances: 8, runs: 1_000, ageMs: 600_000, idleMs: 60_000 },
  },
};
const LIMITS: RunLimits = { wallMs: 3_000, spinMs: 400, memoryMb: 128, outputBytes: 2 * MB };

export interface TestRun {
  readonly limits?: Partial<RunLimits>;
  readonly signal?: AbortSignal;
  readonly input?: unknown;
  readonly warmKey?: string;
  /** Code of the module before its `exec`. */
  readonly body?: string;
  readonly onCall?: CallHandler;
  readonly kind?: 'action' | 'sync';
}

/** A pool of real sandbox processes without the services around it. */
export class TestPool {
  readonly pool: SandboxPool;
  #lastId = 0;

  constructor(
    options: Partial<PoolOptions> = {},
    private readonly onCall: CallHandler = async () => '{"ok":null}',
  ) {
    this.pool = new SandboxPool({ ...OPTIONS, ...options });
  }

  open(): Promise<void> {
    return this.pool.onModuleInit();
  }

  close(): Promise<void> {
    return this.pool.onApplicationShutdown();
  }

  /** Runs the body of an `exec`. */
  run(exec: string, options: TestRun = {}): Promise<Finished> {
    const { kind = 'action', body = '' } = options;
    return this.runModule(
      `${body}\nmodule.exports = { default: { type: '${kind}', exec: async (nango, input) => { ${exec} } } };`,
      options,
    );
  }

  runModule(code: string, { limits, signal, input, warmKey, onCall, kind = 'action' }: TestRun = {}): Promise<Finished> {
    const spec = {
      id: String((this.#lastId += 1)),
      scriptName: 'subject-crm.cjs',
      facts: JSON.stringify({ kind, loggerLevel: 'debug', properties: { connectionId: 'c1' } }),
      input: JSON.stringify(input ?? {}),
      limits: { ...LIMITS, ...limits },
      ...(warmKey === undefined ? {} : { warmKey }),
    };
    const bundle = { hash: createHash('sha256').update(code).digest('hex'), code };
    return this.pool.run(spec, bundle, onCall ?? this.onCall, signal ?? new AbortController().signal);
  }
}

/** What a run returned. @throws Error where it did not */
export function outputOf(result: RunResult): unknown {
  if (result.status !== 'returned') throw new Error(JSON.stringify(result));
  return JSON.parse(result.output) as unknown;
}
