import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Secret } from '#libs/kernel';
import { Cipher } from './cipher.js';
import type { CryptoVariables } from './crypto.config.js';
import { loadCipher } from './data-keys.js';
import { DataKeys } from './data-keys.repository.js';
import { KeyPoll } from './key-poll.js';
import { loadRootKeys, RootKeys } from './root-keys.js';

@Module({})
export class CryptoModule {
  /**
   * Provides `Cipher` everywhere, kept up to date with the data keys; needs `Database`.
   * @param given the variables of `cryptoEnv`, or a root key; without one secrets are stored in clear
   */
  static forRoot(given: CryptoVariables | Secret | undefined): DynamicModule {
    const variables = given instanceof Secret ? { NANGO_ENCRYPTION_KEY: given } : (given ?? {});
    const roots = { provide: RootKeys, useFactory: async () => new RootKeys(await loadRootKeys(variables)) };
    const cipher = { provide: Cipher, inject: [DataSource, RootKeys], useFactory: openCipher };
    return {
      module: CryptoModule,
      global: true,
      providers: [roots, cipher, DataKeys, KeyPoll],
      exports: [Cipher, RootKeys, DataKeys, KeyPoll],
    };
  }
}

function openCipher(db: DataSource, roots: RootKeys): Promise<Cipher> {
  if (!roots.primary) {
    new Logger(CryptoModule.name).warn(
      'no root key is set (NANGO_ENCRYPTION_KEY): credentials are stored IN CLEAR and records are refused',
    );
  }
  return loadCipher(db, roots.list);
}
