import { describe, expect, it } from 'vitest';
import { SSRF_ATTEMPTS } from '#libs/testing';
import { DEFAULTS } from '../test-policy.js';
import { decideHost } from './hosts.js';

/** The corpus against the decision alone; apps/server runs it end to end. */
describe.each(SSRF_ATTEMPTS)('a URL is refused: $group', ({ attempts }) => {
  it.each(attempts)('%j (%s)', (url) => {
    expect(decideHost(url.replace('{port}', '3003'), DEFAULTS)).toMatchObject({ allowed: false });
  });
});
