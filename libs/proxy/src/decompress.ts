import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * A body in its plain form, with headers that say so. One in an encoding that is not known stays as it is.
 * A body that breaks off in the middle errors the stream.
 */
export function decompressed<Given extends { readonly headers: Headers; readonly body: Readable }>(response: Given): Given {
  const encodings = codingsOf(response.headers['content-encoding']);
  const decoders = encodings.map((name) => DECODERS[name]).filter((decoder) => decoder !== undefined);
  if (decoders.length === 0 || decoders.length < encodings.length) return response;
  const { 'content-encoding': _encoding, 'content-length': _length, ...headers } = response.headers;
  let body: Readable = response.body;
  for (const decoder of decoders.toReversed()) body = pipeline(body, decoder(), () => undefined); // errors reach the reader
  return { ...response, headers, body };
}

const codingsOf = (header: string | string[] | undefined): string[] =>
  String(header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
