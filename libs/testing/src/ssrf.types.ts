/** A URL that must not be called, and what it is about. `{port}` is that of a server that must hear nothing. */
export type SsrfAttempt = readonly [url: string, why: string];

export interface SsrfGroup {
  readonly group: string;
  readonly attempts: readonly SsrfAttempt[];
}
