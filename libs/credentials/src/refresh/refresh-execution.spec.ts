import { describe, expect, it } from 'vitest';
import type { Minted } from '#libs/auth-modes';
import { RefreshExecution, type RefreshParts } from './refresh-execution.js';
import type { RefreshOrder } from './refresh.types.js';

const order = { environmentId: 1, rowId: 2, credentialsVersion: 3, provider: {} } as unknown as RefreshOrder;
const minted: Minted = { credentials: { type: 'OAUTH2', access_token: 'new' } };

type Store = (attempt: number) => Promise<boolean>;

/** A refresh whose provider answers, on stores that may be away. */
function execution(store: Store, stash: Partial<RefreshParts['stash']>) {
  let attempts = 0;
  const parts = {
    leases: { hold: (_name: string, work: (lease: object) => unknown) => work({ orphaned: false }) },
    reads: { findByRow: async () => ({ integration: {}, connection: { credentialsVersion: 3, credentials: {} } }) },
    rows: { store: () => store((attempts += 1)) },
    stash: { find: async () => null, put: async () => undefined, drop: async () => undefined, ...stash },
    modes: { refresh: async () => minted },
  };
  return new RefreshExecution(parts as unknown as RefreshParts);
}

const away = () => Promise.reject(new Error('away'));
const onceAway: Store = (attempt) => (attempt === 1 ? away() : Promise.resolve(true));

describe('a new token that the database does not take at once', () => {
  it.each([
    ['is away too', away],
    ['does not answer', () => new Promise<never>(() => undefined)],
  ])('is offered to it again though Redis %s', async (_how, put) => {
    expect(await execution(onceAway, { put }).run(order)).toEqual({ kind: 'refreshed' });
  });

  it('is stored once it is stored, whether or not Redis forgets it', async () => {
    const stored: Store = (attempt) => (attempt === 2 ? Promise.resolve(true) : attempt === 1 ? away() : Promise.resolve(false));
    expect(await execution(stored, { drop: away }).run(order)).toEqual({ kind: 'refreshed' });
  });
});
