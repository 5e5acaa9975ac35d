import { type DynamicModule, Module } from '@nestjs/common';
import { ClientMetadataController } from './client-metadata.controller.js';
import { OAuthCallbackController } from './oauth-callback.controller.js';
import { OAuthConnectController } from './oauth-connect.controller.js';
import { OAUTH_OPTIONS, type OAuthOptions } from './oauth.options.js';
import { ResultPages } from './result-pages.service.js';

@Module({})
export class OAuthApiModule {
  /** `/oauth`, `/app-auth`. Needs `ConnectModule`. */
  static forRoot(options: OAuthOptions): DynamicModule {
    return {
      module: OAuthApiModule,
      controllers: [OAuthConnectController, OAuthCallbackController, ClientMetadataController],
      providers: [{ provide: OAUTH_OPTIONS, useValue: options }, ResultPages],
    };
  }
}
