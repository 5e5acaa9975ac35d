import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { AuthModes } from '#libs/auth-modes';
import { parseOauthPolicy } from '#libs/outbound';
import { TokenHttp } from '#libs/token-http';
import type { AuthConfig } from './auth.config.js';
import { openModes } from './modes.js';

@Global()
@Module({})
export class AuthModule implements OnApplicationShutdown {
  constructor(@Inject(TokenHttp) private readonly http: TokenHttp) {}

  /** Provides `AuthModes` and `TokenHttp` under the policy of the environment. */
  static forRoot(config: AuthConfig): DynamicModule {
    return {
      module: AuthModule,
      providers: [
        { provide: TokenHttp, useFactory: () => new TokenHttp({ policy: parseOauthPolicy(config) }) },
        {
          provide: AuthModes,
          useFactory: (http: TokenHttp) => openModes(http, { stsUrl: config.AWS_ENDPOINT_URL_STS }),
          inject: [TokenHttp],
        },
      ],
      exports: [AuthModes, TokenHttp],
    };
  }

  onApplicationShutdown(): Promise<void> {
    return this.http.close();
  }
}
