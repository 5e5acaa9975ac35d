import type { Ask } from '../bridge.js';

interface Connection {
  readonly credentials?: { readonly type?: string; readonly [field: string]: unknown };
  readonly metadata?: Record<string, unknown> | null;
  readonly [field: string]: unknown;
}

interface Integration {
  readonly webhook_url?: string | null;
  readonly [field: string]: unknown;
}

interface ConnectionOptions {
  readonly forceRefresh?: boolean;
  readonly refreshToken?: boolean;
  readonly refreshGithubAppJwtToken?: boolean;
}

const CONNECTION_MS = 60_000;
const INTEGRATION_MS = 600_000;

/** Answers kept for a while. */
class Kept<Value> {
  readonly #known = new Map<string, { readonly at: number; readonly value: Value }>();

  constructor(private readonly forMs: number) {}

  async get(key: unknown, learn: () => Promise<Value>, isFresh = false): Promise<Value> {
    const name = JSON.stringify(key);
    const known = this.#known.get(name);
    if (!isFresh && known && Date.now() - known.at < this.forMs) return known.value;
    const value = await learn();
    this.#known.set(name, { at: Date.now(), value });
    return value;
  }

  clear(): void {
    this.#known.clear();
  }
}

/** Connection, metadata, integration and environment (spec/functions.md §2.2). */
export function connectionMethods(ask: Ask) {
  const connections = new Kept<Connection>(CONNECTION_MS);
  const integrations = new Kept<Integration>(INTEGRATION_MS);

  /** As the public API shows it, kept for a minute unless an option asks for a new look. */
  const getConnection = (providerConfigKey?: string, connectionId?: string, options?: ConnectionOptions) => {
    const learn = () => ask<Connection>('connection', { providerConfigKey, connectionId, ...options });
    return connections.get([providerConfigKey, connectionId], learn, options !== undefined && options !== null);
  };
  const getMetadata = async () => (await getConnection()).metadata;
  const getIntegration = (options?: { include?: readonly string[] }) => {
    const include = [options?.include ?? []].flat();
    return integrations.get(include.toSorted(), () => ask<Integration>('integration', { include }));
  };
  const changeMetadata = (op: 'replace' | 'merge') => async (metadata: object) => {
    const response = await ask('metadata', { op, metadata });
    connections.clear();
    return response;
  };

  return {
    getConnection,
    getToken: async () => tokenOf(await ask<Connection>('connection', { isNew: true })),
    getMetadata,
    setMetadata: changeMetadata('replace'),
    updateMetadata: changeMetadata('merge'),
    getIntegration,
    getWebhookURL: async () => (await getIntegration({ include: ['webhook'] })).webhook_url,
    getEnvironmentVariables: () => ask<{ name: string; value: string }[] | null>('environment-variables'),
    getFieldMapping: async () => (await getMetadata())?.['fieldMapping'] ?? {},
    setFieldMapping: (fieldMapping: object) => changeMetadata('merge')({ fieldMapping }),
  };
}

function tokenOf({ credentials }: Connection): unknown {
  if (credentials?.type === 'OAUTH2') return credentials['access_token'];
  if (credentials?.type !== 'OAUTH1') return credentials;
  return { oAuthToken: credentials['oauth_token'], oAuthTokenSecret: credentials['oauth_token_secret'] };
}
