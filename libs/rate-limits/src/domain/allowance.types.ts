/** What an answer says is left of one limit. */
export interface Allowance {
  readonly remaining: number;
  readonly limit?: number | undefined;
  readonly resetsInMs?: number | undefined;
  /** Length of the limit's window, where it is told. */
  readonly windowMs?: number | undefined;
}
