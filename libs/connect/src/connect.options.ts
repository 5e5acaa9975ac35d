/** Injection token of `ConnectOptions`. */
export const CONNECT_OPTIONS = Symbol('connect-options');

export interface ConnectOptions {
  /** Public address of the API, without a trailing slash. */
  readonly serverUrl: string;
}
