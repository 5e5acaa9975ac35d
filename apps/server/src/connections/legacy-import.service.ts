import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Caller } from '#libs/accounts';
import { importedCredentials, Integrations } from '#libs/credentials';
import { parseOrThrow } from '#libs/http';
import { AppError } from '#libs/kernel';
import { Catalogue } from '#libs/providers';
import { ConnectionImports } from './connection-imports.service.js';
import { orUnknownConfig } from './connection-errors.js';
import { legacyCredentials } from './legacy-credentials.js';
import type { LegacyImport } from './legacy.dto.js';

/** `POST /connection`: the first import route, read into the present one. */
@Injectable()
export class LegacyImports {
  constructor(
    private readonly integrations: Integrations,
    private readonly imports: ConnectionImports,
    private readonly catalogue: Catalogue,
  ) {}

  /** Echoes the body with the connection's id. */
  async run(caller: Caller, body: LegacyImport): Promise<LegacyImport> {
    const { provider_config_key: providerConfigKey, connection_id: connectionId = randomUUID() } = body;
    if (!providerConfigKey) throw new AppError('missing_provider_config', 'provider_config_key is required');
    const integration = await this.integrations.find(caller.environmentId, providerConfigKey);
    const provider = integration && this.catalogue.get(integration.provider);
    if (!provider) throw new AppError('unknown_provider_config', `no integration ${providerConfigKey}`, { status: 400 });
    await orUnknownConfig(
      this.imports.import(caller, {
        providerConfigKey,
        connectionId,
        credentials: parseOrThrow(importedCredentials, legacyCredentials(provider.auth_mode, body, new Date()), 'invalid_body'),
        connectionConfig: body.connection_config,
        metadata: body.metadata,
        webhookUrlOverride: body.webhook_url_override,
      }),
    );
    return { ...body, connection_id: connectionId };
  }
}
