import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type DatabaseOptions, openDataSource, postgresOptions } from './data-source.js';
import { Database } from './database.js';
import { watchPool } from './pool-metrics.js';

const open = async (options: DatabaseOptions): Promise<DataSource> =>
  watchPool(await openDataSource(postgresOptions(options)), { service: options.applicationName, store: 'control-plane' });

@Global()
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DataSource) private readonly source: DataSource) {}

  /** Provides the control plane's data source and `Database`. */
  static forRoot(options: DatabaseOptions): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [{ provide: DataSource, useFactory: () => open(options) }, Database],
      exports: [DataSource, Database],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.source.destroy();
  }
}
