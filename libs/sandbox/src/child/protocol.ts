/** What supervisor and sandbox process say to each other over IPC. Plain data, text where it is large. */

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
}

export interface RunLimits {
  readonly wallMs: number;
  /** Longest computation without a call to the host in between. */
  readonly spinMs: number;
  readonly memoryMb: number;
  readonly outputBytes: number;
}

/** How a run ended: its output as JSON, what the author's code threw, or why it was stopped. */
export type RunResult =
  | { readonly status: 'returned'; readonly output: string; readonly durationMs: number }
  | { readonly status: 'threw'; readonly failure: string; readonly durationMs: number }
  | { readonly status: 'stopped'; readonly reason: StopReason; readonly message: string; readonly durationMs: number };

export type StopReason = 'timeout' | 'out-of-memory' | 'aborted' | 'output-too-large' | 'stalled' | 'flooded' | 'crashed';

export type ToChild =
  | { readonly type: 'run'; readonly spec: RunSpec }
  | { readonly type: 'reply'; readonly run: string; readonly call: number; readonly json: string }
  | { readonly type: 'abort'; readonly run: string };

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
  | { readonly type: 'done'; readonly run: string; readonly result: RunResult }
  /** A run was stopped but computes on: this process is to be replaced. */
  | { readonly type: 'stuck' };
