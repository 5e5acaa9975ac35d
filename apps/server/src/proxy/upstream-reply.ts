import type { FastifyReply } from 'fastify';
import type { OutgoingHttpHeaders } from 'node:http';
import { HOP_BY_HOP, type UpstreamResponse } from '#libs/proxy';

type Headers = UpstreamResponse['headers'];

/** What the upstream must not decide for browsers that talk to this server. */
const KEPT_OURS = new Set(['strict-transport-security', 'x-content-type-options', 'x-frame-options', 'referrer-policy']);

/** Headers of an answer: the upstream's, without those of its connection and its rules for browsers; then this server's own. */
export function replyHeaders(upstream: Headers, ours: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ...ours };
  for (const name in upstream) {
    if (HOP_BY_HOP.has(name) || name.startsWith('access-control-') || (KEPT_OURS.has(name) && name in ours)) continue;
    const value = upstream[name];
    if (value !== undefined) headers[name] = typeof value === 'string' ? asLatin1(value) : value.map(asLatin1);
  }
  return headers;
}

// oxlint-disable-next-line no-control-regex -- the range is what HTTP can carry
const LATIN1 = /^[\u0000-\u00ff]*$/;

/** Names of files come as raw UTF-8 at times: their bytes go on as they are. */
const asLatin1 = (value: string): string => (LATIN1.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1'));

/** Sends the upstream's answer on as it comes, no faster than the client reads. Resolves when it has gone out, rejects when it broke off. */
export function sendOn(response: UpstreamResponse, reply: FastifyReply): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(
    response.status,
    replyHeaders(response.headers, { 'x-request-id': reply.request.id, ...reply.getHeaders() } as OutgoingHttpHeaders),
  );
  return response.sendTo(raw);
}
