import type { IncomingMessage } from 'node:http';
import { readBytes } from '#libs/http';

/** Bodies up to this size are read before they are sent on: cheaper than a stream, and they can be sent again. */
const SMALL_BYTES = 64 * 1024;

/** Most bytes of a body that must be read as a whole, because the provider wants fields in it or a signature over it. */
const WHOLE_BYTES = 75 * 1024 * 1024;

export interface IncomingBody {
  readonly body: Buffer | IncomingMessage | undefined;
  /** Known length of a body that streams. */
  readonly bodyLength: number | undefined;
}

const NONE: IncomingBody = { body: undefined, bodyLength: undefined };

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] !== undefined && headers['content-length'] !== '0');

/** @param whole whether the body must be here before anything is sent */
export async function incomingBody(request: IncomingMessage, whole: boolean): Promise<IncomingBody> {
  if (!hasBody(request)) return NONE;
  const length = request.headers['content-length'];
  const bodyLength = length === undefined ? undefined : Number(length);
  if (whole) return { body: await readBytes(request, WHOLE_BYTES), bodyLength: undefined };
  if (bodyLength !== undefined && bodyLength <= SMALL_BYTES)
    return { body: await readBytes(request, SMALL_BYTES), bodyLength: undefined };
  return { body: request, bodyLength };
}

/** What is left of a body when its call is over is read up to this size; past it the connection ends. */
const READ_AWAY_BYTES = 16 * 1024 * 1024;

/** An upstream may answer before it has read a body, or without: the rest would keep the client's connection for ever. */
export function readAway(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let left = READ_AWAY_BYTES;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  request.resume();
}
