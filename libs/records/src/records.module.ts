import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { Cipher } from '#libs/crypto';
import { openDataSource, type Sql, watchPool } from '#libs/database';
import { RECORDS, RecordsDatabase, recordsDataSourceOptions, RecordsReplica } from './data-source.js';
import { DatasetWriter } from './dataset-writer.js';
import { PrimaryPages, ReplicaPages } from './page-rows.js';
import { DEFAULT_MAX_RECORD_BYTES, MAX_RECORD_BYTES, RecordBatches } from './record-batches.js';
import { RecordDeletions } from './record-deletions.js';
import { RecordPages } from './record-pages.js';
import { RecordRetention } from './record-retention.js';
import { RecordUpkeep } from './record-upkeep.js';
import { Records } from './records.service.js';

const REPLICA = Symbol('records-replica');
const DEFAULT_MAX_PAGE_BYTES = 64 * 1024 * 1024;

export interface RecordsOptions {
  readonly url: string;
  /** A read replica of the same store, for pages of records. */
  readonly readUrl?: string | undefined;
  readonly poolMax: number;
  readonly ssl: boolean;
  /** Most payload bytes of one page. */
  readonly maxPageBytes: number;
  /** Most bytes of one record's JSON; default 16 MiB. */
  readonly maxRecordBytes?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
}

@Module({})
export class RecordsModule implements OnApplicationShutdown {
  constructor(
    @Inject(RECORDS) private readonly source: DataSource,
    @Inject(REPLICA) private readonly replica: RecordsReplica | null,
  ) {}

  /** Provides `Records` everywhere; needs `Cipher`. */
  static forRoot({
    url,
    readUrl,
    maxPageBytes,
    maxRecordBytes = DEFAULT_MAX_RECORD_BYTES,
    ...connection
  }: RecordsOptions): DynamicModule {
    const pool = { service: connection.applicationName, store: 'records' } as const;
    const opened = {
      provide: RECORDS,
      useFactory: async () => watchPool(await openDataSource(recordsDataSourceOptions(url, connection)), pool),
    };
    const replica = {
      provide: REPLICA,
      useFactory: () => (readUrl === undefined ? null : new RecordsReplica(readUrl, connection)),
    };
    const database = {
      provide: RecordsDatabase,
      inject: [RECORDS],
      useFactory: (source: DataSource) => new RecordsDatabase(source),
    };
    const pages = {
      provide: RecordPages,
      inject: [RecordsDatabase, Cipher, REPLICA],
      useFactory: (db: RecordsDatabase, cipher: Cipher, reads: RecordsReplica | null) =>
        pagesOf(db, cipher, maxPageBytes, reads ?? undefined),
    };
    const limit = { provide: MAX_RECORD_BYTES, useValue: maxRecordBytes };
    const stores = [opened, replica, database, DatasetWriter, limit];
    return {
      module: RecordsModule,
      global: true,
      providers: [...stores, RecordBatches, RecordDeletions, pages, RecordRetention, RecordUpkeep, Records],
      exports: [Records, RecordsDatabase],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.source.destroy(), this.replica?.close()]);
  }
}

function pagesOf(db: RecordsDatabase, cipher: Cipher, maxBytes: number, replica: Sql | undefined): RecordPages {
  const primary = new PrimaryPages(db, maxBytes);
  return new RecordPages(db, replica ? new ReplicaPages(db, replica, primary, maxBytes) : primary, cipher);
}

export interface RecordsExtras {
  readonly maxPageBytes?: number | undefined;
  readonly maxRecordBytes?: number | undefined;
  readonly replica?: Sql | undefined;
  /** Instead of one on the data source. */
  readonly database?: RecordsDatabase | undefined;
}

/** `Records` on data sources of one's own, without Nest: for tests and measurements. */
export function createRecords(source: DataSource, cipher: Cipher, extras: RecordsExtras = {}): Records {
  const db = extras.database ?? new RecordsDatabase(source);
  const writer = new DatasetWriter(db);
  return new Records(
    new RecordBatches(writer, cipher, extras.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES),
    new RecordDeletions(writer),
    pagesOf(db, cipher, extras.maxPageBytes ?? DEFAULT_MAX_PAGE_BYTES, extras.replica),
    new RecordUpkeep(db, writer),
    new RecordRetention(db),
  );
}
