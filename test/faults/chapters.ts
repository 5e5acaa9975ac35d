import { BROKEN_BODIES, ODD_BODIES } from './catalogue/bodies.js';
import { CODINGS } from './catalogue/codings.js';
import { NO_ANSWER, NO_HTTP, NO_TRUST } from './catalogue/no-answer.js';
import { STALE } from './catalogue/stale.js';
import { REDIRECTS, STATUSES } from './catalogue/statuses.js';
import type { Chapter } from './page.js';

export const INTRO = `# What the proxy answers when an upstream misbehaves

Each way to go wrong has one answer, and harms no other call: the caller's connection and the service stay good, and a
connection to the upstream that cannot be trusted any more is closed. This page is made from \`test/faults\`, which holds the
proxy to it: \`npx vitest run --project resilience test/faults -u\` writes it anew.

Where no answer came, the caller gets status 500 and \`{"message", "code", "method"}\`, without the envelope of Fairlead's own
errors; \`Retries\` makes further attempts where the code is one of the network. Once the head of an answer has gone out there is
no other way to tell: the connection breaks off, and is never ended as if all were there.`;

export const CHAPTERS: readonly Chapter[] = [
  { title: 'No answer', text: 'The connection fails, or ends before the head of an answer.', faults: NO_ANSWER },
  { title: 'No HTTP', text: 'What comes is no answer of HTTP/1.x, or none that can be trusted.', faults: NO_HTTP },
  {
    title: 'No trust',
    text: 'TLS is verified whoever calls; `NODE_EXTRA_CA_CERTS` names further authorities.',
    faults: NO_TRUST,
  },
  {
    title: 'Connections kept alive',
    text: 'An upstream may give up an idle connection in the moment in which the next request goes out on it. As long as not a byte of an answer came, a request that may be made twice (GET, HEAD, OPTIONS, TRACE, PUT, DELETE; without a body, or with one of at most 64 KiB and known length) is made anew, and counts as one attempt.',
    faults: STALE,
  },
  { title: 'Answers that break off', text: 'The head has gone out to the caller when it happens.', faults: BROKEN_BODIES },
  { title: 'Odd answers', text: 'Unusual, and whole all the same.', faults: ODD_BODIES },
  {
    title: 'Codings',
    text: 'A body stays as it is unless the call asks for the plain one with `Decompress: true`. It is decoded as it streams, so that a small body which decodes to a huge one costs no memory; `zstd` may ask for a window of 8 MiB at the most (RFC 9659).',
    orderly: true,
    faults: CODINGS,
  },
  { title: 'Statuses', text: 'Any final status passes, with its body.', faults: STATUSES },
  {
    title: 'Redirects',
    text: 'Five are followed, each under the outbound policy; what cannot be followed is the answer.',
    orderly: true,
    faults: REDIRECTS,
  },
];
