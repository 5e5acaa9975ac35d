import { type DynamicModule, Module } from '@nestjs/common';
import { Translations } from '#libs/providers';
import { ProviderViews, PUBLIC_URL } from './provider-views.js';
import { ProvidersController } from './providers.controller.js';

@Module({})
export class ProvidersApiModule {
  /** `/providers`, `/providers.json`. Needs `Catalogue`. @param serverUrl public address of the API */
  static forRoot(serverUrl: string): DynamicModule {
    return {
      module: ProvidersApiModule,
      controllers: [ProvidersController],
      providers: [
        { provide: PUBLIC_URL, useValue: serverUrl.replace(/\/+$/, '') },
        { provide: Translations, useFactory: () => Translations.load() },
        ProviderViews,
      ],
    };
  }
}
