import { Injectable } from '@nestjs/common';
import { renewAppJwt } from '#libs/auth';
import { type Connection, Integrations } from '#libs/credentials';
import { AppError } from '#libs/kernel';
import { Catalogue } from '#libs/providers';

/** Proofs of GitHub Apps, for callers that speak for the App itself (`refresh_github_app_jwt_token`, spec/auth.md §2.9). */
@Injectable()
export class AppJwts {
  constructor(
    private readonly integrations: Integrations,
    private readonly catalogue: Catalogue,
  ) {}

  /** The connection with a new proof; others than those of Apps as they are. It is made here and now, so it is not stored. */
  async renewed(connection: Connection): Promise<Connection> {
    if (connection.credentials.type !== 'APP') return connection;
    const integration = await this.integrations.get(connection.environmentId, connection.providerConfigKey);
    const provider = this.catalogue.get(integration.provider);
    if (!provider) throw new AppError('unknown_provider_template', `the catalogue has no provider ${integration.provider}`);
    const { connectionConfig, credentials } = connection;
    const minted = await renewAppJwt({ provider, integration, connectionConfig }, credentials);
    return {
      ...connection,
      credentials: minted.credentials,
      connectionConfig: { ...connectionConfig, ...minted.connectionConfig },
    };
  }
}
