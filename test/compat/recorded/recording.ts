/** One recorded answer of a provider. */
export interface Entry {
  readonly response?: unknown;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly hash?: string;
  readonly request?: {
    readonly params?: Readonly<Record<string, unknown>> | string;
    readonly headers?: Readonly<Record<string, unknown>>;
    readonly data?: unknown;
  };
  /** Beyond the published format: bytes in place of `response`. */
  readonly base64?: string;
  /** Beyond the published format: the connection breaks off instead. */
  readonly isCut?: boolean;
  /** Beyond the published format: given once, later requests go on to the entries after it. */
  readonly once?: boolean;
}

/** Answers by method in lower case, then by path without the base URL. */
export type Calls = Readonly<Record<string, Readonly<Record<string, Entry | readonly Entry[]>>>>;
type Records = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
type Fields = Readonly<Record<string, unknown>>;

/** What one run of a function is given, and what it must have done afterwards. */
export interface Run {
  readonly nango?: {
    readonly getConnection?: Fields;
    readonly getMetadata?: Fields | null;
    readonly updateMetadata?: Fields;
    readonly batchSave?: Records;
    readonly batchDelete?: Records;
  };
  readonly api?: Calls;
  /** All below is beyond the published format. What the failure says, field by field; others are not compared. */
  readonly error?: Fields;
  /** The checkpoint that is left; null for none. */
  readonly checkpoint?: Fields | null;
  /** The connection's metadata afterwards. */
  readonly metadata?: Fields;
  /** The records that are left, whole; in place of `batchSave` where that does not say it. */
  readonly records?: Records;
  /** Ids of records that are marked as deleted. */
  readonly deleted?: Readonly<Record<string, readonly string[]>>;
  /** How often a recorded call must have been made, by `METHOD path`. */
  readonly calls?: Readonly<Record<string, number>>;
  /** How this run of a sync is asked for. */
  readonly opts?: { readonly reset?: boolean; readonly emptyCache?: boolean };
}

/** `<integration>/tests/<name>.test.json` (spec/functions.md §5.2), with what this harness adds to it. */
export interface Recording extends Run {
  readonly input?: unknown;
  readonly output?: unknown;
  /** The variant that is run. */
  readonly variant?: string;
  /** Variables of the environment. */
  readonly variables?: readonly { readonly name: string; readonly value: string }[];
  /** Further runs of a sync on the same connection. */
  readonly then?: readonly Run[];
}
