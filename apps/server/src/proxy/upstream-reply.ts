import type { ServerResponse } from 'node:http';
import { HOP_BY_HOP, type UpstreamResponse } from '#libs/proxy';
import { EDGE_HEADERS } from '../http-edge.js';
import { type ShownHeaders, shownHeaders } from './shown-headers.js';

type Headers = UpstreamResponse['headers'];

/** What the upstream must not decide for browsers that talk to this server. */
const KEPT_OURS: ReadonlySet<string> = new Set([...HOP_BY_HOP, ...Object.keys(EDGE_HEADERS)]);
const OURS = Object.entries(EDGE_HEADERS).flat();

/**
 * Headers of an answer, names and values in turns: this server's own, then the upstream's without those of its connection and its rules
 * for browsers. An id that the upstream gives the request counts before ours.
 */
export function replyHeaders(upstream: Headers, isShown: ShownHeaders, requestId: string): string[] {
  const headers = [...OURS];
  if (upstream['x-request-id'] === undefined) headers.push('x-request-id', requestId);
  for (const name in upstream) {
    if (KEPT_OURS.has(name) || name.startsWith('access-control-') || !isShown(name)) continue;
    const value = upstream[name];
    if (typeof value === 'string') headers.push(name, asLatin1(value));
    else for (const one of value ?? []) headers.push(name, asLatin1(one));
  }
  return headers;
}

// oxlint-disable-next-line no-control-regex -- the range is what HTTP can carry
const LATIN1 = /^[\u0000-\u00ff]*$/;

/** Names of files come as raw UTF-8 at times: their bytes go on as they are. */
const asLatin1 = (value: string): string => (LATIN1.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1'));

/** Sends the upstream's answer on as it comes, no faster than the client reads. Resolves when it has gone out, rejects when it broke off. */
export function sendOn(answer: UpstreamResponse, to: ServerResponse, allHeaders: boolean, requestId: string): Promise<void> {
  to.writeHead(answer.status, replyHeaders(answer.headers, shownHeaders(answer, allHeaders), requestId));
  return answer.sendTo(to);
}
