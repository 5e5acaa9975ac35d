import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { codingsOf, isZlib } from './decoders.js';

/** Who packs more than this into a few KiB has something else in mind than an error message. */
const MAX_DECODED_BYTES = 256 * 1024;

const CUT = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_DECODED_BYTES };
const BROTLI_CUT = { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength: MAX_DECODED_BYTES };
const ZSTD_CUT = { finishFlush: constants.ZSTD_e_flush, maxOutputLength: MAX_DECODED_BYTES };

const DECODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gunzipSync(bytes, CUT),
  'x-gzip': (bytes) => gunzipSync(bytes, CUT),
  deflate: (bytes) => (isZlib(bytes[0] ?? 0) ? inflateSync(bytes, CUT) : inflateRawSync(bytes, CUT)),
  br: (bytes) => brotliDecompressSync(bytes, BROTLI_CUT),
  zstd: (bytes) => zstdDecompressSync(bytes, ZSTD_CUT),
};

/** The beginning of a body in its plain form, cut off as it may be; undefined where it cannot be read. For a few KiB at most. */
export function decodedBytes(bytes: Buffer, contentEncoding: string | string[] | undefined): Buffer | undefined {
  let plain = bytes;
  for (const name of codingsOf(contentEncoding).toReversed()) {
    const decode = DECODERS[name];
    if (!decode) return undefined;
    try {
      plain = decode(plain);
    } catch {
      return undefined; // not what it says it is, or far too much
    }
  }
  return plain;
}
