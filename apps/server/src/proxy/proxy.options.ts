/** Injection token of `ProxyOptions`. */
export const PROXY_OPTIONS = Symbol('proxy-options');

/** What an operator decides for all proxied calls. */
export interface ProxyOptions {
  /** Whether answers keep all headers of their upstream, or only those the wire contract lists (spec/api.md §3.10). */
  readonly allResponseHeaders: boolean;
}
