import { type DynamicModule, Module } from '@nestjs/common';
import { Database } from '#libs/database';
import { LogStore } from './log-store.js';
import { OperationLog } from './operation-log.js';
import { PostgresLogStore } from './postgres-log-store.js';
import { StdoutLogStore } from './stdout-log-store.js';

export interface LogsOptions {
  readonly enabled: boolean;
  readonly retentionDays: number;
}

@Module({})
export class LogsModule {
  /** Provides `OperationLog` and `LogStore` everywhere; needs the control plane's `Database`. */
  static forRoot({ enabled, retentionDays }: LogsOptions): DynamicModule {
    const store = {
      provide: LogStore,
      inject: [Database],
      useFactory: (db: Database) => (enabled ? new PostgresLogStore(db, retentionDays) : new StdoutLogStore()),
    };
    const log = { provide: OperationLog, inject: [LogStore], useFactory: (to: LogStore) => new OperationLog(to) };
    return { module: LogsModule, global: true, providers: [store, log], exports: [LogStore, OperationLog] };
  }
}
