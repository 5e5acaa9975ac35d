import type { Duplex } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { firstByteDecides } from './first-byte-decides.js';

/** Codings of one body past which it is left as it is: each costs memory, and nobody means so many. */
const MAX_CODINGS = 5;

/** 2^23 bytes: what a decoder of `zstd` must have at hand, and needs no more than (RFC 9659 §3). */
const ZSTD_WINDOW_LOG = 23;

/** Pieces of what is decoded: a large body passes in a quarter of the steps that zlib's own size takes. */
const OUT = { chunkSize: 64 * 1024 };

/** The low half of the first byte of zlib's wrapper, which `deflate` means (RFC 9110 §8.4.1.2) and some servers leave out. */
export const isZlib = (first: number): boolean => (first & 0x0f) === 8;

const DECODERS: Readonly<Record<string, (first: number) => Duplex>> = {
  gzip: () => createGunzip(OUT),
  'x-gzip': () => createGunzip(OUT),
  deflate: (first) => (isZlib(first) ? createInflate(OUT) : createInflateRaw(OUT)),
  br: () => createBrotliDecompress(OUT),
  zstd: () => createZstdDecompress({ ...OUT, params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } }),
};

/**
 * Makes the decoders of a body, in the order in which they are to be applied; none where one of them is not known. Nothing, as
 * after HEAD, decodes to nothing.
 */
export function decodersOf(contentEncoding: string | string[] | undefined): readonly (() => Duplex)[] {
  const codings = codingsOf(contentEncoding);
  const decoders = codings.map((name) => DECODERS[name]).filter((decoder) => decoder !== undefined);
  return decoders.length === codings.length && decoders.length <= MAX_CODINGS
    ? decoders.toReversed().map((decoder) => () => firstByteDecides(decoder))
    : [];
}

/** The names of a `Content-Encoding`, in the order in which they were applied. */
export const codingsOf = (header: string | string[] | undefined): string[] =>
  String(header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
