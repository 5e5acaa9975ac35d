import { describe, expect, it, vi } from 'vitest';
import type { ConnectionLease } from '#libs/contracts';
import { AppError } from '#libs/kernel';
import type { OutboundRequest } from './domain/outbound-request.js';
import { renewal, type RenewalParts } from './renewal.js';
import { testLease } from './test-lease.js';

const leaseOf = (apiKey: string, facts: Partial<ConnectionLease> = {}): ConnectionLease => ({
  ...testLease({ credentials: { type: 'API_KEY', apiKey } }),
  ...facts,
});
const build = (lease: ConnectionLease) => ({ path: JSON.stringify(lease.connection['credentials']) }) as OutboundRequest;
const REFUSED = { status: 401, headers: {} };

async function renewedWith(first: ConnectionLease, next: ConnectionLease, parts: Partial<RenewalParts> = {}) {
  const read = vi.fn<RenewalParts['read']>(async () => next);
  const request = await renewal({ lease: first, read, build, onFailed: () => undefined, insists: false, ...parts })(REFUSED);
  return { request, asked: read.mock.calls };
}

describe('after a refusal', () => {
  it('a call is made with other credentials, of another version or, without one, of another content', async () => {
    const first = leaseOf('a', { credentialsVersion: 1 });
    const { request, asked } = await renewedWith(first, leaseOf('b', { credentialsVersion: 2 }));
    expect([request?.path, asked]).toEqual([expect.stringContaining('"b"'), [[first]]]);
    expect((await renewedWith(leaseOf('a'), leaseOf('b'))).request).not.toBeNull();
  });

  it('none is made with the same ones', async () => {
    expect((await renewedWith(leaseOf('a'), leaseOf('a'))).request).toBeNull();
    const same = { credentialsVersion: 3 };
    expect((await renewedWith(leaseOf('a', same), leaseOf('a', same))).request).toBeNull();
  });

  it('one is, where the caller insists on it and nothing could have renewed them', async () => {
    expect((await renewedWith(leaseOf('a'), leaseOf('a'), { insists: true })).request).not.toBeNull();
    const renewable = leaseOf('a', { renewable: true });
    expect((await renewedWith(renewable, renewable, { insists: true })).request).toBeNull();
  });

  it('none is made where they cannot be read, unless the call is to end with that', async () => {
    const error = new AppError('connection_refresh_backoff');
    const read = () => Promise.reject(error);
    const told: unknown[] = [];
    const lease = leaseOf('a');
    const quiet = renewal({ lease, read, build, onFailed: (failure) => told.push(failure), insists: false });
    expect([await quiet(REFUSED), told]).toEqual([null, [error]]);
    const loud = renewal({
      lease,
      read,
      build,
      insists: false,
      onFailed: (failure) => {
        throw failure;
      },
    });
    await expect(loud(REFUSED)).rejects.toBe(error);
  });
});

it('after anything else the credentials of the moment are used, and compared with from then on', async () => {
  const [first, second] = [leaseOf('a', { credentialsVersion: 1 }), leaseOf('b', { credentialsVersion: 2 })];
  const read = vi.fn<RenewalParts['read']>(async () => second);
  const renew = renewal({ lease: first, read, build, onFailed: () => undefined, insists: false });
  expect((await renew({ status: 503, headers: {} }))?.path).toContain('"b"');
  expect((await renew({ code: 'ECONNRESET' }))?.path).toContain('"b"');
  expect(await renew(REFUSED)).toBeNull();
  expect(read.mock.calls).toEqual([[], [], [second]]);
});
