import { expect, it } from 'vitest';
import { redactUrl } from './redaction.js';

it.each([
  ['/x?connect_session_token=abc&a=1', '/x?connect_session_token=[redacted]&a=1'],
  ['/x?a=1&credentials[apiKey]=abc', '/x?a=1&credentials[apiKey]=[redacted]'],
  ['/x?a=1&code=abc#part', '/x?a=1&code=[redacted]#part'],
  ['/x?state=abc&oauth_verifier=v&nango_debug=1', '/x?state=[redacted]&oauth_verifier=[redacted]&nango_debug=1'],
  [
    '/x?hmac=abc&ws_client_id=w&params%5Bsubdomain%5D=s',
    '/x?hmac=[redacted]&ws_client_id=[redacted]&params%5Bsubdomain%5D=[redacted]',
  ],
  ['/x?payload=abc', '/x?payload=[redacted]'],
  ['/x?model=Contact', '/x?model=Contact'],
])('masks secrets in %s', (url, masked) => {
  expect(redactUrl(url)).toBe(masked);
});
