import { type DynamicModule, Global, Module } from '@nestjs/common';
import { IntegrationViews, SERVER_URL } from './integration-views.js';
import { IntegrationsController } from './integrations.controller.js';
import { LegacyConfigController } from './legacy-config.controller.js';
import { LegacyConfigViews } from './legacy-config.views.js';

@Global()
@Module({})
export class IntegrationsModule {
  /** `/integrations`, `/config`. @param serverUrl public address of the API */
  static forRoot(serverUrl: string): DynamicModule {
    return {
      module: IntegrationsModule,
      controllers: [IntegrationsController, LegacyConfigController],
      providers: [{ provide: SERVER_URL, useValue: serverUrl.replace(/\/+$/, '') }, IntegrationViews, LegacyConfigViews],
      exports: [IntegrationViews],
    };
  }
}
