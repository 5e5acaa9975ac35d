import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { ApiKeys } from './api-keys.service.js';
import { EnvironmentSettings } from './environment-settings.service.js';
import { Environments } from './environments.service.js';

/** Tenants and who may call: provides `Environments` and `EnvironmentSettings`, and guards every route of the app that imports it. */
@Global()
@Module({
  providers: [ApiKeys, Environments, EnvironmentSettings, { provide: APP_GUARD, useClass: AccessGuard }],
  exports: [ApiKeys, Environments, EnvironmentSettings],
})
export class AccountsModule {}
