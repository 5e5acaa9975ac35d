import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { AppError, messageOf, toAppError, toErrorBody } from '#libs/kernel';

type Done = (error: Error | null, body?: unknown) => void;

/** Routes under this prefix get the raw stream: a proxied body is never read into memory. */
const isStreamed = (request: FastifyRequest, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => request.url.startsWith(prefix));

/**
 * JSON bodies as clients really send them: an empty one with a JSON content type is `undefined` (spec/api.md §0.1), a malformed one
 * is `invalid_json`, one over the limit `request_too_large`. Anything else, and everything on streamed routes, stays on `request.raw`.
 */
export function registerBodyParsers(fastify: FastifyInstance, limitBytes: number, streamedPrefixes: readonly string[]): void {
  const refused = new WeakMap<FastifyRequest, AppError>();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request: FastifyRequest, _payload: IncomingMessage, done: Done) => done(null, undefined));
  fastify.addContentTypeParser('application/json', async (request: FastifyRequest, payload: IncomingMessage) => {
    if (isStreamed(request, streamedPrefixes)) return undefined;
    try {
      return parseJson(await readAll(payload, limitBytes));
    } catch (error) {
      refused.set(request, toAppError(error));
      return undefined;
    }
  });
  // Fastify would answer a parser's error in a shape of its own, and Nest's filters would never see it.
  fastify.addHook('preValidation', async (request, reply) => {
    const error = refused.get(request);
    return (
      error &&
      reply
        .status(error.status)
        .header('connection', 'close')
        .send({ error: toErrorBody(error) })
    );
  });
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return MAY_HOLD_PROTO.test(text) ? JSON.parse(text, refuseProto) : JSON.parse(text);
  } catch (error) {
    throw new AppError('invalid_json', `the body is not valid JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** Written plainly or with escapes; only such a text is worth the slower parse. */
const MAY_HOLD_PROTO = /__proto__|\\u005f/i;

/** A `__proto__` key would become the prototype of whatever object it is merged into. */
function refuseProto(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}

/** The whole body as text. @throws AppError `request_too_large` past the limit, `invalid_body` when the client breaks off */
export async function readAll(stream: IncomingMessage, limitBytes: number): Promise<string> {
  return (await readBytes(stream, limitBytes)).toString('utf8');
}

export async function readBytes(stream: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const announced = Number(stream.headers['content-length'] ?? 0);
  if (announced > limitBytes) throw tooLarge(limitBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limitBytes) throw tooLarge(limitBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('invalid_body', 'the request ended before its body was complete', {
      cause: error,
    });
  }
  return Buffer.concat(chunks, size);
}

const tooLarge = (limitBytes: number) => new AppError('request_too_large', `the body exceeds the limit of ${limitBytes} bytes`);
