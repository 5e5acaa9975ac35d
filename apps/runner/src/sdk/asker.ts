/** Who asks the server for its turn: a run, by its token. */
export interface Asker {
  readonly token: string;
  /** Ends with the run. */
  readonly signal: AbortSignal;
  /** Tells the run's author. */
  warn(message: string): void;
}
