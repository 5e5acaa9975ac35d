import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type Faults, length, OK, write } from '../fault.js';

const TEXT = 'compressible '.repeat(1_000);
const PLAIN = { headers: { decompress: 'true' } };
const BROKEN = { status: 200, breaksOff: true } as const;
const coded = (coding: string, bytes: Buffer) => write([OK, `Content-Encoding: ${coding}`, length(bytes)], bytes);
const decoded = { status: 200, body: TEXT, headers: { 'content-encoding': undefined } };

const known = (coding: string, bytes: Buffer): Faults => ({
  [`${coding}-plain`]: {
    what: `sends ${coding}, asked for plain by \`Decompress: true\``,
    serve: coded(coding, bytes),
    call: PLAIN,
    answer: decoded,
  },
  [`${coding}-kept`]: {
    what: `sends ${coding}`,
    serve: coded(coding, bytes),
    answer: {
      status: 200,
      body: bytes.toString('latin1'),
      headers: { 'content-encoding': coding, 'content-length': String(bytes.length) },
    },
    note: 'as it is',
  },
  [`${coding}-cut`]: {
    what: `sends ${coding} that lacks its end`,
    serve: coded(coding, bytes.subarray(0, bytes.length - 10)),
    call: PLAIN,
    answer: BROKEN,
  },
});

const CORRUPT = gzipSync(TEXT);
CORRUPT.fill(0xff, 20, 40);

/** Codings of content, with and without `Decompress: true`. */
export const CODINGS: Faults = {
  ...known('gzip', gzipSync(TEXT)),
  ...known('deflate', deflateSync(TEXT)),
  ...known('br', brotliCompressSync(TEXT)),
  ...known('zstd', zstdCompressSync(TEXT)),
  'deflate-raw': {
    what: 'sends deflate without its wrapper, as some servers do',
    serve: coded('deflate', deflateRawSync(TEXT)),
    call: PLAIN,
    answer: decoded,
  },
  'gzip-corrupt': { what: 'sends gzip with an error in it', serve: coded('gzip', CORRUPT), call: PLAIN, answer: BROKEN },
  'gzip-not': { what: 'claims gzip and sends text', serve: coded('gzip', Buffer.from(TEXT)), call: PLAIN, answer: BROKEN },
  'coded-twice': {
    what: 'codes its body twice',
    serve: coded('gzip, br', brotliCompressSync(gzipSync(TEXT))),
    call: PLAIN,
    answer: decoded,
  },
  'coded-too-often': {
    what: 'codes its body six times',
    serve: coded(
      Array.from({ length: 6 }, () => 'gzip').join(', '),
      Array.from({ length: 6 }).reduce<Buffer>((bytes) => gzipSync(bytes), Buffer.from(TEXT)),
    ),
    call: PLAIN,
    answer: { status: 200, headers: { 'content-encoding': 'gzip, gzip, gzip, gzip, gzip, gzip' } },
    note: 'as it is: more than five codings are somebody’s trap',
  },
  'coding-unknown': {
    what: 'codes its body as nobody knows',
    serve: coded('gzip, x-own', gzipSync(TEXT)),
    call: PLAIN,
    answer: { status: 200, headers: { 'content-encoding': 'gzip, x-own' } },
    note: 'as it is',
  },
  'gzip-of-nothing': {
    what: 'claims gzip and sends nothing',
    serve: write([OK, 'Content-Encoding: gzip', length(0)]),
    call: PLAIN,
    answer: { status: 200, body: '' },
  },
  'gzip-head': {
    what: 'names coding and length in its answer to HEAD',
    serve: write([OK, 'Content-Encoding: gzip', length(99)]),
    call: { method: 'HEAD', ...PLAIN },
    answer: { status: 200, body: '' },
  },
};
