import { expect, it } from 'vitest';
import type { Caller } from '#libs/accounts';
import type { Connection, Connections, LastFetched, LeaseOptions } from '#libs/credentials';
import type { AppJwts } from './app-jwts.service.js';
import { ConnectionReader } from './connection-reader.service.js';

const date = new Date(0);
const connection = {
  id: 1,
  credentials: { type: 'OAUTH2' },
  connectionConfig: {},
  endUser: null,
  createdAt: date,
  updatedAt: date,
  lastFetchedAt: null,
};
const caller = { environmentId: 1, scopes: ['environment:*'] } as unknown as Caller;

it.each([
  [{ refresh_github_app_jwt_token: true }, false],
  [{ force_refresh: true }, true],
  [{}, false],
])('renews a token by force for %j: %s', async (query, forced) => {
  const asked: (LeaseOptions | undefined)[] = [];
  const reader = new ConnectionReader(
    {
      get: async (_environment: number, _key: string, _id: string, options?: LeaseOptions) => {
        asked.push(options);
        return connection as unknown as Connection;
      },
    } as Connections,
    { mark: () => undefined } as unknown as LastFetched,
    { renewed: async (given: Connection) => given } as AppJwts,
  );
  await reader.read(caller, 'c', { provider_config_key: 'k', ...query });
  expect(asked).toEqual([{ forceRefresh: forced }]);
});
