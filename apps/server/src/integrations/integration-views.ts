import { Inject, Injectable } from '@nestjs/common';
import { type Integration, type IntegrationInclude, toIntegration } from '#libs/credentials';
import { Catalogue } from '#libs/providers';

/** Injection token of the API's public address, without a trailing slash. */
export const SERVER_URL = Symbol('server-url');

/** Shows integrations to callers: the stored facts, the provider's, and the addresses of this server. */
@Injectable()
export class IntegrationViews {
  constructor(
    private readonly catalogue: Catalogue,
    @Inject(SERVER_URL) private readonly serverUrl: string,
  ) {}

  show(integration: Integration, environmentUuid: string, include?: IntegrationInclude): Record<string, unknown> {
    const provider = this.catalogue.get(integration.provider);
    return toIntegration(integration, provider, { serverUrl: this.serverUrl, environmentUuid }, include);
  }
}
