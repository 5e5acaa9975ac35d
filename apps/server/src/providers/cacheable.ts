import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';

/** A body that callers may keep, and need not be sent again while it is the same. */
export interface Cacheable {
  readonly body: string;
  readonly type: string;
  readonly etag: string;
  readonly maxAgeSeconds: number;
}

export function cacheable(body: string, type: string, maxAgeSeconds: number): Cacheable {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  return { body, type, etag, maxAgeSeconds };
}

/** Sends the body, or `304` to who has it. */
export function replyCacheable(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, type, etag, maxAgeSeconds }: Cacheable,
): void {
  void reply.header('etag', etag).header('cache-control', `public, max-age=${maxAgeSeconds}`);
  if (isKnown(request.headers['if-none-match'], etag)) void reply.status(304).send();
  else void reply.status(200).type(type).send(body);
}

/** Tags are compared weakly: a proxy that compresses an answer weakens its tag. */
const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
