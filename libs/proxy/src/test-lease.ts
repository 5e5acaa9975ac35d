import type { ConnectionLease } from '#libs/contracts';
import { catalogueEntry } from '#libs/providers';

interface Given {
  readonly provider?: object;
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly custom?: Record<string, string>;
}

/** A lease of a connection with a bearer key, unless told otherwise. */
export function testLease({ provider, credentials, config = {}, metadata = {}, custom = {} }: Given = {}): ConnectionLease {
  const entry = catalogueEntry.parse({
    display_name: 'Test',
    docs: 'https://example.com',
    auth_mode: 'API_KEY',
    proxy: { base_url: 'https://api.example.com/v1', headers: { authorization: 'Bearer ${apiKey}' } },
    ...provider,
  });
  return {
    connection: {
      id: 7,
      credentials: credentials ?? { type: 'API_KEY', apiKey: 'secret-key' },
      connection_config: config,
      metadata,
    },
    provider: { ...entry, name: 'test' },
    integration: { uniqueKey: 'test', provider: 'test', clientId: 'client', clientSecret: 'client-secret', custom },
  };
}
