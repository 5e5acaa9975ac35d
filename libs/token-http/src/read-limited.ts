import type { Duplex, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AppError } from '#libs/kernel';

/** Some servers compress what nobody asked them to. */
const DECODERS: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * A body as text.
 * @param encoding its `content-encoding`
 * @throws AppError `upstream_unreachable` beyond the limit; the rest is not read, nor unpacked
 */
export async function readLimited(body: Readable, encoding: string | undefined, maxBytes: number): Promise<string> {
  const decoder = DECODERS[encoding?.trim().toLowerCase() ?? ''];
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of (decoder ? body.compose(decoder()) : body) as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > maxBytes) throw new AppError('upstream_unreachable', `its answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
