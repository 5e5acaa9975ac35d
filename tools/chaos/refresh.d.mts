export interface RaceOptions {
  readonly rounds: number;
  readonly callers: number;
  readonly seed: number;
  /** Servers renew tokens themselves, without the keeper that outlives them. */
  readonly inProcess?: boolean;
  readonly say: (line: string) => void;
}

export interface RaceResult {
  /** Each names its round and seed. */
  readonly failures: readonly string[];
  readonly totals: Readonly<Record<'asked' | 'accepted' | 'killedWhileAsked' | 'lost', number>>;
}

export declare function raceWithOwnStores(options: RaceOptions): Promise<RaceResult>;
export declare function race(
  stores: { readonly databaseUrl: string; readonly redisUrl: string },
  options: RaceOptions,
): Promise<RaceResult>;
