import { expect, it } from 'vitest';
import type { AuthModes } from '#libs/auth-modes';
import { Invalidations } from '#libs/cache';
import type { Catalogue } from '#libs/providers';
import type { ConnectionReads, Snapshot } from './connection-reads.repository.js';
import type { LastFetched } from './last-fetched.js';
import { Leases } from './leases.js';

const date = new Date(0);

/** A connection whose provider answered so many characters. */
const snapshot = (answered: number) =>
  ({
    integration: { uniqueKey: 'k', provider: 'p', credentials: null, custom: {} },
    connection: {
      credentials: { type: 'OAUTH2', raw: 'x'.repeat(answered) },
      connectionConfig: {},
      publicConfig: {},
      endUser: null,
      refresh: { failedAt: null, savedAt: null },
      createdAt: date,
      updatedAt: date,
      lastFetchedAt: null,
    },
  }) as unknown as Snapshot;

function leases(answered: number) {
  const read: string[] = [];
  const reads = {
    find: async (_environment: number, _key: string, id: string) => {
      read.push(id);
      return snapshot(answered);
    },
  } as unknown as ConnectionReads;
  const tested = new Leases(
    reads,
    { get: () => ({}) } as unknown as Catalogue,
    { isIntrospected: () => false, isRenewable: () => false } as unknown as AuthModes,
    new Invalidations(),
    { mark: () => undefined } as unknown as LastFetched,
  );
  return { read, get: (connectionId: string) => tested.get({ environmentId: 1, providerConfigKey: 'k', connectionId }) };
}

it('keeps many connections, but not more of them than there is room for', async () => {
  const small = leases(1_000);
  for (const id of ['a', 'b', 'a']) await small.get(id);
  expect(small.read).toEqual(['a', 'b']);
  const large = leases(40 * 1024 * 1024);
  for (const id of ['a', 'b', 'b', 'a']) await large.get(id);
  expect(large.read).toEqual(['a', 'b', 'a']);
});
