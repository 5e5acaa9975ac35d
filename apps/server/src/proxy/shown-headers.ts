import type { UpstreamResponse } from '#libs/proxy';

/** Which of an upstream's headers a client gets to see. */
export type ShownHeaders = (name: string) => boolean;

const ALL: ShownHeaders = () => true;

/** What describes the content itself, and the four that the wire contract lists (spec/api.md §3.10). */
const LISTED: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'mcp-session-id',
  'x-request-id',
  'x-correlation-id',
]);

/**
 * All of them; or, where the operator asks for the narrow form of the contract, the listed ones of an answer that went well and is not
 * a stream or a file.
 */
export function shownHeaders({ status, headers }: Pick<UpstreamResponse, 'status' | 'headers'>, all: boolean): ShownHeaders {
  const isStreamed = headers['transfer-encoding'] !== undefined || headers['content-disposition'] !== undefined;
  return all || isStreamed || status >= 400 ? ALL : (name) => LISTED.has(name);
}
