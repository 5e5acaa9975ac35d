import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { Cipher } from '#libs/crypto';
import { openDataSource, watchPool } from '#libs/database';
import { RECORDS, RecordsDatabase, recordsDataSourceOptions } from './data-source.js';
import { DatasetWriter } from './dataset-writer.js';
import { RecordBatches } from './record-batches.js';
import { RecordDeletions } from './record-deletions.js';
import { RecordPages } from './record-pages.js';
import { RecordUpkeep } from './record-upkeep.js';
import { Records } from './records.service.js';

export interface RecordsOptions {
  readonly url: string;
  readonly poolMax: number;
  readonly ssl: boolean;
  /** Most payload bytes of one page. */
  readonly maxPageBytes: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
}

@Module({})
export class RecordsModule implements OnApplicationShutdown {
  constructor(@Inject(RECORDS) private readonly source: DataSource) {}

  /** Provides `Records` everywhere; needs `Cipher`. */
  static forRoot({ url, maxPageBytes, ...connection }: RecordsOptions): DynamicModule {
    const pool = { service: connection.applicationName, store: 'records' } as const;
    const opened = {
      provide: RECORDS,
      useFactory: async () => watchPool(await openDataSource(recordsDataSourceOptions(url, connection)), pool),
    };
    const database = {
      provide: RecordsDatabase,
      inject: [RECORDS],
      useFactory: (source: DataSource) => new RecordsDatabase(source),
    };
    const pages = {
      provide: RecordPages,
      inject: [RecordsDatabase, Cipher],
      useFactory: (db: RecordsDatabase, cipher: Cipher) => new RecordPages(db, cipher, maxPageBytes),
    };
    return {
      module: RecordsModule,
      global: true,
      providers: [opened, database, DatasetWriter, RecordBatches, RecordDeletions, pages, RecordUpkeep, Records],
      exports: [Records, RecordsDatabase],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.source.destroy();
  }
}

/** `Records` on a data source of one's own, without Nest: for tests and measurements. */
export function createRecords(source: DataSource, cipher: Cipher, maxPageBytes = 64 * 1024 * 1024): Records {
  const db = new RecordsDatabase(source);
  const writer = new DatasetWriter(db);
  return new Records(
    new RecordBatches(writer, cipher),
    new RecordDeletions(writer),
    new RecordPages(db, cipher, maxPageBytes),
    new RecordUpkeep(db, writer),
  );
}
