import { Injectable } from '@nestjs/common';
import { Connections, type Integration } from '#libs/credentials';
import { Catalogue } from '#libs/providers';
import { IntegrationViews } from './integration-views.js';

/** More connections than this are not listed in one answer. */
const CONNECTIONS_SHOWN = 10_000;

/** The integration as the deprecated `GET /config/{key}` shows it. */
@Injectable()
export class LegacyConfigViews {
  constructor(
    private readonly connections: Connections,
    private readonly catalogue: Catalogue,
    private readonly views: IntegrationViews,
  ) {}

  brief(integration: Integration): Record<string, unknown> {
    return { unique_key: integration.uniqueKey, provider: integration.provider, syncs: [], actions: [] };
  }

  async full(integration: Integration, environmentUuid: string): Promise<Record<string, unknown>> {
    const provider = this.catalogue.get(integration.provider);
    const { credentials, environmentId, uniqueKey } = integration;
    const filters = { integrationIds: [uniqueKey], limit: CONNECTIONS_SHOWN, page: 0 };
    const connections = await this.connections.list(environmentId, filters);
    return {
      ...this.brief(integration),
      client_id: credentials?.['client_id'] ?? credentials?.['app_id'] ?? null,
      client_secret: credentials?.['client_secret'] ?? credentials?.['private_key'] ?? null,
      custom: integration.custom,
      scopes: credentials?.['scopes'] ?? null,
      app_link: credentials?.['app_link'] ?? null,
      auth_mode: provider?.auth_mode ?? null,
      created_at: integration.createdAt.toISOString(),
      has_webhook: provider?.webhook_routing_script !== undefined,
      webhook_secret: credentials?.['webhook_secret'] ?? null,
      connections: connections.map((connection) => ({
        id: connection.id,
        connection_id: connection.connectionId,
        provider_config_key: uniqueKey,
        environment_id: environmentId,
        connection_config: connection.connectionConfig,
      })),
      docs: provider?.docs ?? null,
      connection_count: connections.length,
      has_webhook_user_defined_secret: provider?.webhook_user_defined_secret ?? false,
      webhook_url: this.views.show(integration, environmentUuid, { webhook: true })['webhook_url'],
    };
  }
}
