import type { AuthMode, AuthSubject, BeginRequest, Begun, FinishRequest, Minted } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { textOf } from '#libs/token-http';
import { demandConsent } from './oauth2/domain/callback-code.js';
import { callbackMetadata } from './oauth2/domain/connection-settings.js';

/** Plug-ins that users install at the provider; whoever made the plug-in has one pair of name and password for all (spec/auth.md §2.17). */
export class InstallPluginMode implements AuthMode {
  async begin({ integration }: AuthSubject, { state }: BeginRequest): Promise<Begun> {
    const link = textOf(integration.credentials?.['app_link']) ?? textOf(integration.custom['app_link']);
    if (link === undefined || !URL.canParse(link)) {
      throw new AppError('provider_config_err', `the integration ${integration.uniqueKey} needs app_link: the plug-in's page`);
    }
    const url = new URL(link);
    url.searchParams.set('payload', state);
    return { url: url.href, memory: {} };
  }

  async finish({ provider, integration }: AuthSubject, { query }: FinishRequest): Promise<Minted> {
    demandConsent(query);
    const { username, password } = integration.custom;
    if (username === undefined || password === undefined) {
      throw new AppError(
        'provider_config_err',
        `the integration ${integration.uniqueKey} needs custom.username and custom.password`,
      );
    }
    return { credentials: { type: 'BASIC', username, password }, connectionConfig: callbackMetadata(provider, query) };
  }
}
