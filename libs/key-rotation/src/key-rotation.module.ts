import { type DynamicModule, Module } from '@nestjs/common';
import { KEY_POLL_MS } from '#libs/crypto';
import { Database, LeaderLease } from '#libs/database';
import { RecordsDatabase } from '#libs/records';
import { ColumnStore } from './column-store.js';
import { KeyRotations } from './key-rotations.service.js';
import { Resealer, ROTATION_OPTIONS, type RotationOptions } from './resealer.js';
import { RotationRunner } from './rotation-runner.js';
import { RotationsRepository } from './rotations.repository.js';
import { Rotator } from './rotator.js';

/** Every process looks three times while a key is handed out. */
const OPTIONS: RotationOptions = { settleMs: 3 * KEY_POLL_MS, stretchMs: 500 };

@Module({})
export class KeyRotationModule {
  /**
   * Provides `KeyRotations`; needs `Database`, `RecordsDatabase` and `CryptoModule`.
   * @param works whether this process also takes open rotations further
   */
  static forRoot({ works = true } = {}): DynamicModule {
    const store = {
      provide: ColumnStore,
      inject: [Database, RecordsDatabase],
      useFactory: (control: Database, records: RecordsDatabase) => new ColumnStore(control, records),
    };
    const services = [RotationsRepository, KeyRotations, ...(works ? [LeaderLease, Resealer, Rotator, RotationRunner] : [])];
    return {
      module: KeyRotationModule,
      providers: [{ provide: ROTATION_OPTIONS, useValue: OPTIONS }, store, ...services],
      exports: [KeyRotations],
    };
  }
}
