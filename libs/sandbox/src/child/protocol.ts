/** What supervisor and sandbox process say to each other over IPC, in lists (`Outbox`). Plain data, text where it is large. */

/** One execution, as the sandbox process needs it. */
export interface RunSpec {
  readonly id: string;
  /** SHA-256 of the bundle; `code` is sent along the first time this process sees it. */
  readonly bundleHash: string;
  readonly code?: string;
  /** Script name in stack traces: `<function>-<providerConfigKey>.cjs`. */
  readonly scriptName: string;
  /** JSON of `RunFacts` (prelude). */
  readonly facts: string;
  /** JSON of the input. */
  readonly input: string;
  readonly limits: RunLimits;
  /** Names the function's snapshot, where there may be one. */
  readonly snapshotKey?: string;
  /** Present where the instance may be kept for the next run of the same environment, bundle and connection, which this names. */
  readonly warmKey?: string;
  /** Whether it is asked at its end what it took of memory; a run of some time is asked before. */
  readonly isMeasured: boolean;
}

export interface RunLimits {
  readonly wallMs: number;
  /** Longest computation without a call to the host in between. */
  readonly spinMs: number;
  readonly memoryMb: number;
  readonly outputBytes: number;
}

/** What a sandbox process is started with: JSON as its only argument. */
export interface ChildOptions {
  /** Isolates made ahead for each kind that was asked for last. */
  readonly ahead: number;
  /** The heap limit of those made before the first run. */
  readonly memoryMb: number;
  readonly snapshotBytes: number;
  readonly warm: WarmLimits;
}

/** When an instance that is kept has served its time. */
export interface WarmLimits {
  readonly instances: number;
  readonly runs: number;
  readonly ageMs: number;
  readonly idleMs: number;
}

/** How a run ended: its output as JSON, what the author's code threw, or why it was stopped. */
export type RunResult =
  | { readonly status: 'returned'; readonly output: string; readonly durationMs: number }
  | { readonly status: 'threw'; readonly failure: string; readonly durationMs: number }
  | { readonly status: 'stopped'; readonly reason: StopReason; readonly message: string; readonly durationMs: number };

export type StopReason = 'timeout' | 'out-of-memory' | 'aborted' | 'output-too-large' | 'stalled' | 'flooded' | 'crashed';

/** Where the instance of a run came from. */
export type Origin = 'fresh' | 'snapshot' | 'warm';

/** What a run cost before it began, for the supervisor to decide by. */
export interface RunCost {
  readonly origin: Origin;
  /** Evaluating the module's body; 0 where it was evaluated already. */
  readonly bodyMs: number;
  /** The most memory that the run was seen to hold; 0 where it was not seen. */
  readonly peakBytes: number;
}

/** A snapshot in which the body of one function is evaluated. */
export interface FunctionSnapshot {
  /** Names the bundle, the script name, the prelude and V8 (`snapshotKey`). */
  readonly key: string;
  /** Name of the binding that leads to the prelude in it. */
  readonly door: string;
  readonly bytes: Uint8Array;
}

/** Snapshots of the prelude, by whether zod stands ready in them: what instances of bundles without a snapshot of their own are made from. */
export interface GeneralSnapshots {
  readonly plain: Uint8Array;
  readonly withZod: Uint8Array;
}

/** What a snapshot maker is asked for: those of the prelude, or that of a function. */
export type SnapshotRequest =
  | { readonly type: 'general' }
  | { readonly type: 'function'; readonly code: string; readonly scriptName: string };

/** The snapshot maker's answer. */
export type SnapshotAnswer = GeneralSnapshots | Omit<FunctionSnapshot, 'key'>;

export type ToChild =
  /** Comes first, and once. */
  | { readonly type: 'begin'; readonly general: GeneralSnapshots }
  | { readonly type: 'run'; readonly spec: RunSpec }
  | { readonly type: 'reply'; readonly run: string; readonly call: number; readonly json: string }
  | { readonly type: 'abort'; readonly run: string }
  | { readonly type: 'snapshot'; readonly snapshot: FunctionSnapshot }
  /** The process holds more than it may: it is to give up idle instances, or else the run that holds most. */
  | { readonly type: 'relieve' };

export type FromChild =
  | { readonly type: 'ready' }
  | {
      readonly type: 'call';
      readonly run: string;
      readonly call: number;
      readonly op: string;
      readonly args: string;
      readonly body?: string | undefined;
    }
  | { readonly type: 'done'; readonly run: string; readonly result: RunResult; readonly cost?: RunCost }
  /** A run was stopped but computes on, or sleeps and keeps its memory: this process is to be replaced. */
  | { readonly type: 'stuck'; readonly computes: boolean };
