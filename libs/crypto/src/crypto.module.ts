import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Secret } from '#libs/kernel';
import { Cipher } from './cipher.js';
import { loadCipher } from './data-keys.js';
import { parseRootKeys } from './domain/root-keys.js';

@Module({})
export class CryptoModule {
  /** Provides `Cipher` everywhere. @param encryptionKey `NANGO_ENCRYPTION_KEY`; without it secrets are stored in clear */
  static forRoot(encryptionKey: Secret | undefined): DynamicModule {
    const cipher = {
      provide: Cipher,
      inject: [DataSource],
      useFactory: (db: DataSource) => {
        if (!encryptionKey) {
          new Logger(CryptoModule.name).warn(
            'NANGO_ENCRYPTION_KEY is not set: credentials are stored IN CLEAR and records are refused',
          );
        }
        return loadCipher(db, encryptionKey ? parseRootKeys(encryptionKey.reveal()) : []);
      },
    };
    return { module: CryptoModule, global: true, providers: [cipher], exports: [Cipher] };
  }
}
