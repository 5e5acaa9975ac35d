/** Something the author must change; `line` and `column` count from one. */
export interface SourceProblem {
  readonly line: number;
  readonly column: number;
  /** `TS2322`, or the name of a rule. */
  readonly code: string;
  readonly message: string;
}

export type FunctionKind = 'action' | 'sync' | 'onEvent';

/** What a definition says of itself, once its module was evaluated (spec/functions.md §1.2-1.4). Nothing of it was checked yet. */
export interface Described {
  readonly type: FunctionKind;
  readonly description?: unknown;
  readonly version?: unknown;
  readonly frequency?: unknown;
  readonly autoStart?: unknown;
  readonly syncType?: unknown;
  readonly trackDeletes?: unknown;
  readonly scopes?: unknown;
  readonly endpoint?: unknown;
  readonly endpoints?: unknown;
  readonly webhookSubscriptions?: unknown;
  readonly event?: unknown;
  readonly hasExec: boolean;
  /** Draft-07 JSON schemas. */
  readonly models: Readonly<Record<string, object>>;
  readonly input?: object | undefined;
  readonly output?: object | undefined;
  readonly metadata?: object | undefined;
}

export interface Compiled {
  /** CommonJS with an inline source map (spec/functions.md §1.9). */
  readonly bundle: string;
  readonly described: Described;
  readonly features: readonly 'checkpoints'[];
}

export type CompileResult =
  | ({ readonly status: 'compiled' } & Compiled)
  | { readonly status: 'refused'; readonly problems: readonly SourceProblem[] }
  /** The code is well formed, but what it evaluates to is no function. */
  | { readonly status: 'invalid'; readonly message: string };

/** What the compiler's process is asked. */
export interface CompileTask {
  readonly code: string;
  /** In comments and source maps: `<integration>/<actions|syncs>/<name>.ts`. */
  readonly fileName: string;
}

export type FromCompiler = { readonly type: 'ready' } | { readonly type: 'result'; readonly result: CompileResult };
