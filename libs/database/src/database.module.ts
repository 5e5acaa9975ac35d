import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type DatabaseOptions, postgresOptions } from './data-source.js';
import { Database } from './database.js';

@Global()
@Module({})
export class DatabaseModule {
  /** The control plane's data source (the default one) and `Database`. */
  static forRoot(options: DatabaseOptions): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [TypeOrmModule.forRoot({ ...postgresOptions(options), retryAttempts: 5, retryDelay: 1000 })],
      providers: [Database],
      exports: [Database],
    };
  }
}
