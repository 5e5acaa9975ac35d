import { type Fault, type Faults, length, OK, type UpstreamCall, write } from '../fault.js';

/** Serves the first request of a connection, and does this to the next. */
const onlyOnce =
  (end: (call: UpstreamCall) => void): Fault['serve'] =>
  (call) =>
    call.ordinal === 1 ? write([OK, length(4)], 'okay')(call) : end(call);

const CLOSE = onlyOnce(({ socket }) => void socket.end());
const RESET = onlyOnce(({ socket }) => void socket.resetAndDestroy());
const AGAIN = { status: 200, body: 'okay' };
const NOT_AGAIN = { status: 500, code: ['UND_ERR_SOCKET', 'ECONNRESET'] };
const MADE_ANEW = 'the call is made anew on a connection of its own';

/** A connection kept alive that the upstream gives up while the next request is on its way. */
export const STALE: Faults = {
  'stale-closed': { what: 'closes a connection kept alive at the moment of a GET', serve: CLOSE, answer: AGAIN, note: MADE_ANEW },
  'stale-reset': { what: 'resets a connection kept alive at the moment of a GET', serve: RESET, answer: AGAIN, note: MADE_ANEW },
  'stale-put': {
    what: 'closes it at the moment of a PUT',
    serve: CLOSE,
    call: { method: 'PUT', body: 'body' },
    answer: AGAIN,
    note: MADE_ANEW,
  },
  'stale-delete': {
    what: 'resets it at the moment of a DELETE',
    serve: RESET,
    call: { method: 'DELETE' },
    answer: AGAIN,
    note: MADE_ANEW,
  },
  'stale-post': {
    what: 'closes it at the moment of a POST',
    serve: CLOSE,
    call: { method: 'POST', body: 'body' },
    answer: NOT_AGAIN,
    note: 'it may have been carried out; `Retries` allows another',
  },
  'stale-in-head': {
    what: 'closes it within the head of its answer to a GET',
    serve: onlyOnce(({ socket }) => void socket.end('HTTP/1.1 200 OK\r\nContent-Len')),
    answer: NOT_AGAIN,
  },
};
