import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

/** A rest up to this size is read so that its connection can be used again; a longer one is cut off with the connection. */
const READ_AWAY_BYTES = 64 * 1024;

/** Does away with a body nobody wants. */
export async function discard(body: Readable): Promise<void> {
  const { dump } = body as Partial<Dispatcher.ResponseData['body']>;
  if (dump) await dump.call(body, { limit: READ_AWAY_BYTES });
  else body.on('error', () => undefined).destroy();
}
