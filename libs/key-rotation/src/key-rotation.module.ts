import { type DynamicModule, Module } from '@nestjs/common';
import { Database, LeaderLease } from '#libs/database';
import { RecordsDatabase } from '#libs/records';
import { ColumnStore } from './column-store.js';
import { KeyRotations } from './key-rotations.service.js';
import { Resealer } from './resealer.js';
import { RotationRunner } from './rotation-runner.js';
import { RotationsRepository } from './rotations.repository.js';
import { Rotator, SETTLE_DEFAULT_MS, SETTLE_MS } from './rotator.js';

@Module({})
export class KeyRotationModule {
  /**
   * Provides `KeyRotations`; needs `Database`, `RecordsDatabase` and `CryptoModule`.
   * @param works whether this process also takes open rotations further; @param settleMs how long a new data key is handed out before it seals
   */
  static forRoot({ works = true, settleMs = SETTLE_DEFAULT_MS } = {}): DynamicModule {
    const store = {
      provide: ColumnStore,
      inject: [Database, RecordsDatabase],
      useFactory: (control: Database, records: RecordsDatabase) => new ColumnStore(control, records),
    };
    const services = [RotationsRepository, KeyRotations, ...(works ? [LeaderLease, Resealer, Rotator, RotationRunner] : [])];
    return {
      module: KeyRotationModule,
      providers: [{ provide: SETTLE_MS, useValue: settleMs }, store, ...services],
      exports: [KeyRotations],
    };
  }
}
