import { ask } from '../bridge.js';

interface Connection {
  readonly credentials?: { readonly type?: string; readonly [field: string]: unknown };
  readonly metadata?: Record<string, unknown> | null;
  readonly [field: string]: unknown;
}

interface Integration {
  readonly webhook_url?: string | null;
  readonly [field: string]: unknown;
}

const CONNECTION_CACHE_MS = 60_000;
const cache = new Map<string, { at: number; connection: Connection }>();

/** The connection object of the public API, kept for a minute unless an option asks for a new look. */
async function getConnection(
  providerConfigKey?: string,
  connectionId?: string,
  options?: { forceRefresh?: boolean; refreshToken?: boolean; refreshGithubAppJwtToken?: boolean },
) {
  const key = JSON.stringify([providerConfigKey, connectionId]);
  const known = cache.get(key);
  if (!options && known && Date.now() - known.at < CONNECTION_CACHE_MS) return known.connection;
  const connection = await ask<Connection>('connection', { providerConfigKey, connectionId, ...options });
  cache.set(key, { at: Date.now(), connection });
  return connection;
}

async function getToken(): Promise<unknown> {
  const { credentials } = await ask<Connection>('connection', {});
  if (credentials?.type === 'OAUTH2') return credentials['access_token'];
  if (credentials?.type !== 'OAUTH1') return credentials;
  return { oAuthToken: credentials['oauth_token'], oAuthTokenSecret: credentials['oauth_token_secret'] };
}

const getMetadata = async () => (await getConnection()).metadata;

const changeMetadata = (op: string) => async (metadata: object) => {
  const response = await ask('metadata', { op, metadata });
  cache.clear();
  return response;
};

const setMetadata = changeMetadata('replace');
const getIntegration = (options?: { include?: string[] }) => ask<Integration>('integration', { ...options });

/** Connection, metadata and integration (spec/functions.md §2.2). */
export const connection = {
  getConnection,
  getToken,
  getMetadata,
  setMetadata,
  updateMetadata: changeMetadata('merge'),
  getIntegration,
  getWebhookURL: async () => (await getIntegration({ include: ['webhook'] })).webhook_url,
  getEnvironmentVariables: () => ask<{ name: string; value: string }[] | null>('environment-variables', {}),
  getFieldMapping: async () => (await getMetadata())?.['fieldMapping'] ?? {},
  setFieldMapping: (fieldMapping: object) => changeMetadata('merge')({ fieldMapping }),
};
