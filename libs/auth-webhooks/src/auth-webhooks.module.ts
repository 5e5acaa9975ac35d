import { Global, Module } from '@nestjs/common';
import { AuthWebhooks } from './auth-webhooks.service.js';

/** Provides `AuthWebhooks`, which listens to saved connections; needs `AccountsModule`, `CredentialsModule`, `DeliveriesModule`. */
@Global()
@Module({ providers: [AuthWebhooks], exports: [AuthWebhooks] })
export class AuthWebhooksModule {}
