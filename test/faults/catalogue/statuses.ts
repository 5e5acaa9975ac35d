import { type Faults, length, OK, write } from '../fault.js';

const odd = (status: number): Faults => ({
  [`status-${status}`]: {
    what: `answers ${status}`,
    serve: write([`HTTP/1.1 ${status} Odd`, length(3)], 'odd'),
    answer: { status, body: 'odd' },
  },
});

/** Statuses that mean something to somebody, or to nobody. */
export const STATUSES: Faults = Object.assign({}, ...[421, 425, 499, 511, 599, 600, 999].map(odd)) as Faults;

export const REDIRECTS: Faults = {
  'redirect-to-itself': {
    what: 'redirects to itself',
    serve: write(['HTTP/1.1 302 Found', 'Location: /redirect-to-itself', length(0)]),
    answer: { status: 500, code: 'ERR_FR_TOO_MANY_REDIRECTS' },
  },
  'redirect-in-circles': {
    what: 'redirects in a circle',
    serve: (call) =>
      write([
        'HTTP/1.1 307 Temporary Redirect',
        `Location: /redirect-in-circles?${call.path.endsWith('?a') ? 'b' : 'a'}`,
        length(0),
      ])(call),
    answer: { status: 500, code: 'ERR_FR_TOO_MANY_REDIRECTS' },
  },
  'redirect-to-nowhere': {
    what: 'redirects to what is no address',
    serve: write(['HTTP/1.1 302 Found', 'Location: http://[', length(4)], 'okay'),
    answer: { status: 302, body: 'okay', headers: { location: 'http://[' } },
    note: 'the redirect itself',
  },
  'redirect-to-a-file': {
    what: 'redirects to another protocol',
    serve: write(['HTTP/1.1 302 Found', 'Location: file:///etc/passwd', length(4)], 'okay'),
    answer: { status: 400, error: 'base_url_override_not_allowed' },
  },
  'redirect-without-address': {
    what: 'redirects without saying where to',
    serve: write(['HTTP/1.1 302 Found', length(4)], 'okay'),
    answer: { status: 302, body: 'okay' },
    note: 'the redirect itself',
  },
  'redirect-of-a-stream': {
    what: 'redirects (307) a body that was streamed, and cannot be sent again',
    serve: (call) =>
      write(
        call.path.endsWith('?there')
          ? [OK, length(0)]
          : ['HTTP/1.1 307 Temporary Redirect', 'Location: /redirect-of-a-stream?there', length(0)],
      )(call),
    call: { method: 'POST', body: Buffer.alloc(200_000) },
    answer: { status: 307 },
    note: 'the redirect itself',
  },
};
