const CONTINUE = /^HTTP\/1\.[01] 100[ \r]/;
const END_OF_HEAD = '\r\n\r\n';

/**
 * The first bytes of what answers a request, without any 100 Continue ahead of it. It may come unasked (RFC 9110 §15.2) and says
 * nothing to those who have sent their body already, yet undici breaks the connection over it.
 */
export function withoutContinue(bytes: Buffer): Buffer {
  let rest = bytes;
  while (CONTINUE.test(rest.toString('latin1', 0, 13))) {
    const end = rest.indexOf(END_OF_HEAD);
    if (end < 0) break; // cut within: what cannot be told apart is undici's to judge
    rest = rest.subarray(end + END_OF_HEAD.length);
  }
  return rest;
}
