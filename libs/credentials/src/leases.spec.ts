import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AuthModes } from '#libs/auth-modes';
import { Invalidations } from '#libs/cache';
import type { Catalogue } from '#libs/providers';
import type { ConnectionReads, Snapshot } from './connection-reads.repository.js';
import type { LastFetched } from './last-fetched.js';
import { Leases } from './leases.js';

const date = new Date(0);

interface Given {
  /** How many characters the provider answered. */
  readonly answered?: number;
  readonly failedAt?: Date;
  readonly expires?: Date;
}

const snapshot = ({ answered = 10, failedAt, expires }: Given) =>
  ({
    integration: { id: 3, uniqueKey: 'k', provider: 'p', credentials: null, custom: {} },
    connection: {
      id: 7,
      integrationId: 3,
      environmentId: 1,
      credentials: { type: 'OAUTH2', raw: 'x'.repeat(answered), expires_at: expires?.toISOString() },
      connectionConfig: {},
      publicConfig: {},
      endUser: null,
      refresh: { failedAt: failedAt ?? null, savedAt: null },
      createdAt: date,
      updatedAt: date,
      lastFetchedAt: null,
    },
  }) as unknown as Snapshot;

function leases(given: Given = {}) {
  const read: string[] = [];
  const marked: number[] = [];
  const reads = {
    find: async (_environment: number, _key: string, id: string) => {
      read.push(id);
      return snapshot(given);
    },
  } as unknown as ConnectionReads;
  const catalogue = { version: 1, get: () => ({}) };
  const changes = new Invalidations();
  vi.spyOn(changes, 'provenSince').mockImplementation(() => performance.now());
  const tested = new Leases(
    reads,
    catalogue as unknown as Catalogue,
    { isIntrospected: () => false, isRenewable: () => false } as unknown as AuthModes,
    changes,
    { mark: (id: number) => void marked.push(id) } as unknown as LastFetched,
  );
  const get = (connectionId: string) => tested.get({ environmentId: 1, providerConfigKey: 'k', connectionId });
  return { read, marked, catalogue, tested, get, usable: (connectionId: string) => tested.usable(1, 'k', connectionId) };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'Date'] }));
afterEach(() => vi.useRealTimers());

it('keeps many connections, but not more of them than there is room for', async () => {
  const small = leases({ answered: 1_000 });
  for (const id of ['a', 'b', 'a']) await small.get(id);
  expect(small.read).toEqual(['a', 'b']);
  const large = leases({ answered: 40 * 1024 * 1024 });
  for (const id of ['a', 'b', 'b', 'a']) await large.get(id);
  expect(large.read).toEqual(['a', 'b', 'a']);
});

it('hands out what it remembers without a promise, and leaves a date behind', async () => {
  const { get, usable, marked } = leases();
  expect(usable('a')).toBeUndefined();
  expect(marked).toEqual([]);
  const found = await get('a');
  expect([usable('a'), marked]).toEqual([found, [7]]);
});

it('hands out nothing that must be renewed first', async () => {
  const { get, usable } = leases({ expires: new Date(Date.now() + 3_600_000) });
  await get('a');
  expect(usable('a')).toBeDefined();
  vi.setSystemTime(Date.now() + 3_590_000);
  expect(usable('a')).toBeUndefined();
});

it.each([
  { change: { connection: 7 } as const, read: ['a', 'a'] },
  { change: { integration: 3 } as const, read: ['a', 'a'] },
  { change: { connection: 8 } as const, read: ['a'] },
])('forgets a connection when it changes, or its integration: $change', async ({ change, read }) => {
  const subject = leases();
  await subject.get('a');
  if ('connection' in change) subject.tested.changed({ id: change.connection });
  else subject.tested.integrationChanged({ id: change.integration });
  await subject.get('a');
  expect(subject.read).toEqual(read);
});

it('looks at a connection that fails every second', async () => {
  const { get, usable, read } = leases({ failedAt: date });
  await get('a');
  expect(usable('a')).toBeUndefined();
  vi.advanceTimersByTime(1_000);
  await get('a');
  expect(read).toEqual(['a', 'a']);
});

it('makes leases anew from a catalogue that was replaced', async () => {
  const { get, usable, read, catalogue } = leases();
  await get('a');
  catalogue.version = 2;
  expect(usable('a')).toBeUndefined();
  await get('a');
  expect(read).toEqual(['a', 'a']);
});
