export interface ChaosOptions {
  /** Decides every fault and when it comes. */
  readonly seed: number;
  /** For how long faults begin. */
  readonly seconds: number;
  /** Of a whole store, beside what the seed says. */
  readonly outages?: readonly { readonly store: 'postgres' | 'redis'; readonly seconds: number }[];
  readonly say: (line: string) => void;
}

export interface ChaosResult {
  /** Each begins with the invariant it breaks. */
  readonly violations: readonly string[];
  /** Markdown. */
  readonly report: string;
}

export declare function chaos(options: ChaosOptions): Promise<ChaosResult>;
