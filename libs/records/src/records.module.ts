import { type DynamicModule, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Cipher } from '#libs/crypto';
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
export class RecordsModule {
  /** Provides `Records` everywhere; needs `Cipher`. */
  static forRoot({ url, maxPageBytes, ...connection }: RecordsOptions): DynamicModule {
    const database = {
      provide: RecordsDatabase,
      inject: [getDataSourceToken(RECORDS)],
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
      imports: [
        TypeOrmModule.forRoot({
          ...recordsDataSourceOptions(url, connection),
          name: RECORDS,
          retryAttempts: 5,
          retryDelay: 1000,
        }),
      ],
      providers: [database, DatasetWriter, RecordBatches, RecordDeletions, pages, RecordUpkeep, Records],
      exports: [Records, RecordsDatabase],
    };
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
