import { type Faults, length, OK, write } from '../fault.js';

const none = (code: string | readonly string[]) => ({ status: 500, code });
const NOT_HTTP = 'HPE_INVALID_RESPONSE';
const SILENT = () => undefined;

/** The connection fails, or ends before the head of an answer. */
export const NO_ANSWER: Faults = {
  refused: {
    what: 'nobody listens at its address',
    elsewhere: ({ closed }) => closed,
    serve: SILENT,
    answer: none('ECONNREFUSED'),
  },
  'unknown-name': {
    what: 'its name is not known',
    elsewhere: () => 'http://nowhere.invalid',
    serve: SILENT,
    answer: none(['ENOTFOUND', 'EAI_AGAIN']),
  },
  'reset-before-head': {
    what: 'resets the connection instead of answering',
    serve: ({ socket }) => void socket.resetAndDestroy(),
    call: { method: 'POST', body: 'x' },
    answer: none(['ECONNRESET', 'UND_ERR_SOCKET']),
  },
  'closed-before-head': {
    what: 'closes the connection instead of answering',
    serve: ({ socket }) => void socket.end(),
    call: { method: 'POST', body: 'x' },
    answer: none('UND_ERR_SOCKET'),
  },
  'reset-in-head': {
    what: 'resets the connection within the head of its answer',
    serve: ({ socket }) => void socket.write(`${OK}\r\nContent-Len`, () => setTimeout(() => socket.resetAndDestroy(), 100)),
    answer: none('ECONNRESET'),
  },
  'closed-in-head': {
    what: 'closes the connection within the head of its answer',
    serve: ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\nContent-Len'),
    answer: none('UND_ERR_SOCKET'),
  },
  silent: {
    what: 'never answers',
    serve: SILENT,
    answer: none('ETIMEDOUT'),
    note: 'after `FAIRLEAD_PROXY_HEAD_TIMEOUT_MS`',
  },
  'slow-head': {
    what: 'sends the head of its answer byte by byte, for longer than it may take',
    serve: ({ socket }) => {
      const bytes = Array.from(`${OK}\r\nX-Long: ${'x'.repeat(1_000)}`);
      const drip = setInterval(() => socket.write(bytes.shift() ?? 'x'), 100);
      socket.on('close', () => clearInterval(drip));
    },
    answer: none('ETIMEDOUT'),
    note: 'after `FAIRLEAD_PROXY_HEAD_TIMEOUT_MS`, however many bytes came',
  },
};

/** What comes is no answer of HTTP/1.x. */
export const NO_HTTP: Faults = {
  garbage: {
    what: 'answers with noise',
    serve: ({ socket }) => void socket.write('\u0000\u0001noise\r\n\r\n'),
    answer: none(NOT_HTTP),
  },
  'http-0-9': {
    what: 'answers as HTTP/0.9 does: a body without a head',
    serve: ({ socket }) => void socket.end('<p>hello</p>'),
    answer: none(NOT_HTTP),
  },
  'other-protocol': {
    what: 'greets as a mail server does',
    serve: ({ socket }) => void socket.write('220 mail.example ESMTP\r\n'),
    answer: none(NOT_HTTP),
  },
  'http-3': {
    what: 'claims a version of HTTP that is not its own',
    serve: write(['HTTP/9.9 200 OK', length(0)]),
    answer: none(NOT_HTTP),
  },
  'status-of-letters': {
    what: 'has no number for a status',
    serve: write(['HTTP/1.1 abc OK', length(0)]),
    answer: none(NOT_HTTP),
  },
  'status-of-two-digits': {
    what: 'has a status of two digits',
    serve: write(['HTTP/1.1 99 Low', length(0)]),
    answer: none(NOT_HTTP),
  },
  'folded-header': {
    what: 'folds a header over two lines (obs-fold)',
    serve: write([OK, 'X-Folded: one', ' two', length(4)], 'okay'),
    answer: none(NOT_HTTP),
  },
  'no-colon': {
    what: 'sends a header without a colon',
    serve: write([OK, 'nonsense', length(0)]),
    answer: none(NOT_HTTP),
  },
  'nul-in-header': {
    what: 'sends a NUL in a header',
    serve: write([OK, 'X-Bad: a\u0000b', length(0)]),
    answer: none(NOT_HTTP),
  },
  'two-lengths': {
    what: 'sends two different lengths',
    serve: write([OK, length(2), length(3)], 'abc'),
    answer: none('UND_ERR_RES_CONTENT_LENGTH_MISMATCH'),
  },
  'length-of-letters': {
    what: 'sends a length that is no number',
    serve: write([OK, 'Content-Length: many'], 'abc'),
    answer: none(NOT_HTTP),
  },
  'length-and-chunks': {
    what: 'sends a length, and chunks',
    serve: write([OK, length(3), 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
    answer: none('UND_ERR_RES_CONTENT_LENGTH_MISMATCH'),
  },
  'header-of-megabytes': {
    what: 'sends a header of 3 MB',
    serve: write([OK, `X-Long: ${'x'.repeat(3 * 1024 * 1024)}`, length(0)]),
    answer: none('UND_ERR_HEADERS_OVERFLOW'),
  },
  'many-headers': {
    what: 'sends 20,000 headers',
    serve: write([OK, ...Array.from({ length: 20_000 }, (_, n) => `X-${n}: ${n}`), length(0)]),
    answer: none('UND_ERR_HEADERS_OVERFLOW'),
  },
  'switches-protocols': {
    what: 'switches to another protocol, unasked',
    serve: write(['HTTP/1.1 101 Switching Protocols', 'Connection: upgrade', 'Upgrade: websocket']),
    answer: none('UND_ERR_SOCKET'),
  },
  'interim-flood': {
    what: 'sends interim answers without end',
    serve: ({ socket }) => {
      const flood = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(10)), 1);
      socket.on('close', () => clearInterval(flood));
    },
    answer: none('ERR_TOO_MANY_INTERIM_ANSWERS'),
  },
};

/** TLS that cannot be trusted, or is not spoken. */
export const NO_TRUST: Faults = {
  'self-signed': {
    what: 'shows a certificate that it signed itself',
    elsewhere: ({ tls }) => tls.selfSigned,
    serve: SILENT,
    answer: none('DEPTH_ZERO_SELF_SIGNED_CERT'),
  },
  expired: {
    what: 'shows a certificate that has expired',
    elsewhere: ({ tls }) => tls.expired,
    serve: SILENT,
    answer: none('CERT_HAS_EXPIRED'),
  },
  'other-host': {
    what: 'shows a certificate for another name',
    elsewhere: ({ tls }) => tls.otherHost,
    serve: SILENT,
    answer: none('ERR_TLS_CERT_ALTNAME_INVALID'),
  },
  'tls-to-plain': {
    what: 'speaks plain HTTP where TLS is expected',
    elsewhere: ({ tlsToPlain }) => tlsToPlain,
    serve: SILENT,
    answer: none('ERR_SSL_WRONG_VERSION_NUMBER'),
  },
  'plain-to-tls': {
    what: 'speaks TLS where plain HTTP is expected',
    elsewhere: ({ plainToTls }) => plainToTls,
    serve: SILENT,
    answer: none([NOT_HTTP, 'UND_ERR_SOCKET', 'ECONNRESET']),
  },
};
