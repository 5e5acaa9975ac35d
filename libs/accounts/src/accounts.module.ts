import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { PUBLIC_KEYS_UNTIL } from './accounts.config.js';
import { ApiKeys } from './api-keys.service.js';
import { EnvironmentPolicies } from './environment-policies.service.js';
import { EnvironmentSettings } from './environment-settings.service.js';
import { Environments } from './environments.service.js';
import { KeyAccess } from './key-access.service.js';
import { ACCOUNTS_OPTIONS, type AccountsOptions, PublicKeys } from './public-keys.service.js';

const defaults: AccountsOptions = { publicKeysUntil: new Date(PUBLIC_KEYS_UNTIL) };

/** Tenants and who may call: provides `Environments`, `EnvironmentSettings` and `EnvironmentPolicies`, and guards every route of the app that imports it. */
@Global()
@Module({
  providers: [
    ApiKeys,
    KeyAccess,
    PublicKeys,
    Environments,
    EnvironmentSettings,
    EnvironmentPolicies,
    { provide: ACCOUNTS_OPTIONS, useValue: defaults },
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [ApiKeys, KeyAccess, Environments, EnvironmentSettings, EnvironmentPolicies],
})
export class AccountsModule {
  /** As the bare module, for apps that take public keys. */
  static forRoot(options: AccountsOptions): DynamicModule {
    return { module: AccountsModule, providers: [{ provide: ACCOUNTS_OPTIONS, useValue: options }] };
  }
}
