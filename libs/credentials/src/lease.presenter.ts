import type { ConnectionLease } from '#libs/contracts';
import { toConnection } from './connection.presenter.js';
import type { Connection, Integration } from './credentials.types.js';

/**
 * What a run or a proxied call needs of a connection. Refresh tokens stay here: nobody but the refresher uses them.
 * @param renewable whether the credentials can be renewed
 */
export function toLease(integration: Integration, connection: Connection, provider: object, renewable = false): ConnectionLease {
  const { credentials, outboundPolicy } = integration;
  return {
    connection: toConnection(connection, { dates: 'offset', credentials: true, refreshToken: false }),
    provider: { ...provider },
    integration: {
      uniqueKey: integration.uniqueKey,
      provider: integration.provider,
      clientId: credentials?.['client_id'] ?? credentials?.['app_id'] ?? null,
      clientSecret: credentials?.['client_secret'] ?? credentials?.['private_key'] ?? null,
      custom: { ...integration.custom },
    },
    credentialsVersion: connection.credentialsVersion,
    renewable,
    ...(outboundPolicy && { outboundPolicy }),
  };
}
