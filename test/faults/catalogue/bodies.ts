import { CHUNKED, type Faults, length, OK, write, writeAndEnd, writeAndReset } from '../fault.js';

const BROKEN = { status: 200, breaksOff: true } as const;
const whole = (body: string, headers?: Record<string, string | undefined>) => ({
  status: 200,
  body,
  ...(headers ? { headers } : {}),
});

/** The head came, the body does not. */
export const BROKEN_BODIES: Faults = {
  'reset-in-body': {
    what: 'resets the connection within a body of known length',
    serve: writeAndReset([OK, length(100)], 'half'),
    answer: BROKEN,
  },
  'closed-in-body': {
    what: 'closes the connection before a body has its length',
    serve: writeAndEnd([OK, length(100)], 'half'),
    answer: BROKEN,
  },
  'reset-between-chunks': {
    what: 'resets the connection between chunks',
    serve: writeAndReset([OK, CHUNKED], '4\r\nhalf\r\n'),
    answer: BROKEN,
  },
  'closed-between-chunks': {
    what: 'closes the connection between chunks',
    serve: writeAndEnd([OK, CHUNKED], '4\r\nhalf\r\n'),
    answer: BROKEN,
  },
  'closed-in-chunk': {
    what: 'closes the connection within a chunk',
    serve: writeAndEnd([OK, CHUNKED], '10\r\nhalf'),
    answer: BROKEN,
  },
  'chunk-of-letters': {
    what: 'sends a chunk size that is no number',
    serve: write([OK, CHUNKED], '4\r\nhalf\r\nzz\r\n'),
    answer: BROKEN,
  },
  'chunk-of-the-world': {
    what: 'sends a chunk size past all numbers',
    serve: write([OK, CHUNKED], '4\r\nhalf\r\nffffffffffffffffff\r\n'),
    answer: BROKEN,
  },
  'chunk-without-end': {
    what: 'sends a chunk longer than it says',
    serve: write([OK, CHUNKED], '4\r\nhalf and more\r\n0\r\n\r\n'),
    answer: BROKEN,
  },
  'reset-without-length': {
    what: 'resets the connection within a body that its end would end',
    serve: writeAndReset([OK, 'Connection: close'], 'half'),
    answer: BROKEN,
  },
  'silent-in-body': {
    what: 'falls silent within a body',
    serve: write([OK, length(100)], 'half'),
    answer: BROKEN,
    note: 'after `FAIRLEAD_PROXY_IDLE_TIMEOUT_MS`',
  },
};

/** Odd, and whole all the same. */
export const ODD_BODIES: Faults = {
  'slow-body': {
    what: 'sends its body byte by byte',
    serve: ({ socket }) => {
      socket.write(`${OK}\r\n${length(30)}\r\n\r\n`);
      let sent = 0;
      const drip = setInterval(() => {
        socket.write('.');
        if (++sent === 30) clearInterval(drip);
      }, 100);
      socket.on('close', () => clearInterval(drip));
    },
    answer: whole('.'.repeat(30)),
    note: 'for as long as bytes come and the caller waits',
  },
  'more-than-its-length': {
    what: 'sends more than the length it named',
    serve: write([OK, length(4)], 'okayHTTP/1.1 200 OK\r\n'),
    answer: whole('okay'),
    note: 'what follows is dropped, with the connection',
  },
  'http-1-0': {
    what: 'answers as HTTP/1.0 does: the end of the connection ends the body',
    serve: writeAndEnd(['HTTP/1.0 200 OK'], 'old'),
    answer: whole('old'),
  },
  closes: {
    what: 'closes its connection after each answer',
    serve: writeAndEnd([OK, length(4), 'Connection: close'], 'okay'),
    answer: whole('okay'),
  },
  'says-close-and-stays': {
    what: 'announces that it closes the connection, and does not',
    serve: write([OK, length(4), 'Connection: close'], 'okay'),
    answer: whole('okay'),
  },
  trailers: {
    what: 'sends trailers after its chunks',
    serve: write([OK, CHUNKED, 'Trailer: X-Sum'], '4\r\nokay\r\n0\r\nX-Sum: 1\r\n\r\n'),
    answer: whole('okay', { trailer: undefined, 'x-sum': undefined }),
    note: 'trailers are dropped',
  },
  'chunk-extensions': {
    what: 'sends extensions with its chunks',
    serve: write([OK, CHUNKED], '4;a=b\r\nokay\r\n0\r\n\r\n'),
    answer: whole('okay'),
  },
  '204-with-body': {
    what: 'sends a body with a 204',
    serve: write(['HTTP/1.1 204 No Content', length(4)], 'okay'),
    answer: { status: 204, body: '' },
  },
  '304-with-body': {
    what: 'sends a body with a 304',
    serve: write(['HTTP/1.1 304 Not Modified', CHUNKED], '4\r\nokay\r\n0\r\n\r\n'),
    answer: { status: 304, body: '' },
  },
  'head-with-length': {
    what: 'names a length in its answer to HEAD',
    serve: write([OK, length(1234)]),
    call: { method: 'HEAD' },
    answer: whole('', { 'content-length': '1234' }),
  },
  'head-with-body': {
    what: 'sends a body with its answer to HEAD',
    serve: write([OK, length(4)], 'okay'),
    call: { method: 'HEAD' },
    answer: whole(''),
  },
  'early-hints': {
    what: 'sends 103 before its answer',
    serve: ({ socket }) => void socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}\r\n${length(4)}\r\n\r\nokay`),
    answer: whole('okay', { link: undefined }),
    note: 'interim answers stay behind',
  },
  continue: {
    what: 'sends 100 Continue, unasked, and 102 before its answer',
    serve: ({ socket }) => {
      socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      const rest = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${OK}\r\n${length(4)}\r\n\r\nokay`;
      setTimeout(() => socket.write(rest), 50);
    },
    call: { method: 'POST', headers: { expect: '100-continue' }, body: 'body' },
    answer: whole('okay'),
    note: 'Fairlead itself tells a caller that expects it to continue',
  },
  'latin-1-header': {
    what: 'sends a header in Latin-1',
    serve: write([OK, 'X-Name: caf\u00e9', length(4)], 'okay'),
    answer: whole('okay', { 'x-name': 'caf\u00e9' }),
  },
  'utf-8-header': {
    what: 'sends a header in UTF-8',
    serve: write([OK, `X-Name: ${Buffer.from('caf\u00e9 \u2713').toString('latin1')}`, length(4)], 'okay'),
    answer: whole('okay', { 'x-name': Buffer.from('caf\u00e9 \u2713').toString('latin1') }),
    note: 'byte for byte',
  },
  'early-answer': {
    what: 'answers before the request is here as a whole, and closes',
    early: true,
    serve: writeAndEnd(['HTTP/1.1 413 Content Too Large', length(3), 'Connection: close'], 'big'),
    call: { method: 'POST', body: Buffer.alloc(8 * 1024 * 1024) },
    answer: { status: 413, body: 'big' },
  },
};
