import { type DynamicModule, type FactoryProvider, Global, Module } from '@nestjs/common';
import { IntegrationViews, SERVER_URL } from './integration-views.js';
import { IntegrationsController } from './integrations.controller.js';
import { LegacyConfigController } from './legacy-config.controller.js';
import { LegacyConfigViews } from './legacy-config.views.js';
import { CLIENT_REGISTRATION, type ClientRegistration, NewIntegrations } from './new-integrations.service.js';

/** Makes what registers clients of new integrations with providers that want it. */
type RegistrationFactory = Pick<FactoryProvider<ClientRegistration>, 'inject' | 'useFactory'>;

const none: RegistrationFactory = { useFactory: (): ClientRegistration => async () => undefined };

@Global()
@Module({})
export class IntegrationsModule {
  /**
   * `/integrations`, `/config`.
   * @param serverUrl public address of the API
   * @param registration without it no client is registered
   */
  static forRoot(serverUrl: string, registration: RegistrationFactory = none): DynamicModule {
    return {
      module: IntegrationsModule,
      controllers: [IntegrationsController, LegacyConfigController],
      providers: [
        { provide: SERVER_URL, useValue: serverUrl.replace(/\/+$/, '') },
        IntegrationViews,
        LegacyConfigViews,
        NewIntegrations,
        { provide: CLIENT_REGISTRATION, ...registration },
      ],
      exports: [IntegrationViews],
    };
  }
}
