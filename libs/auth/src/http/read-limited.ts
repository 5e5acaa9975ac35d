import type { Readable } from 'node:stream';
import { AppError } from '#libs/kernel';

/** A body as text. @throws AppError `upstream_unreachable` beyond the limit; the rest is not read */
export async function readLimited(body: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > maxBytes) throw new AppError('upstream_unreachable', `its answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
