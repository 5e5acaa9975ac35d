import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ConfigError, type Secret } from '#libs/kernel';
import { FolderStore } from './folder-store.js';
import { ObjectStore } from './object-store.js';

export interface StorageOptions {
  readonly bucket: string | undefined;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly folder: string;
  readonly urlKey: Secret | undefined;
}

@Global()
@Module({})
export class StorageModule {
  /** Provides `ObjectStore`: S3 when a bucket is named, a folder otherwise. */
  static forRoot(options: StorageOptions): DynamicModule {
    return {
      module: StorageModule,
      providers: [{ provide: ObjectStore, useFactory: () => openStore(options) }],
      exports: [ObjectStore],
    };
  }
}

/** The AWS SDK is loaded only where a bucket is used: it costs memory and start time. */
async function openStore(options: StorageOptions): Promise<ObjectStore> {
  if (options.bucket) {
    const { S3Store } = await import('./s3-store.js');
    return new S3Store(options.bucket, options.region, options.endpoint);
  }
  if (!options.urlKey) throw new ConfigError('FAIRLEAD_OBJECT_URL_KEY: must be set where AWS_BUCKET_NAME is not');
  return new FolderStore(options.folder, options.urlKey);
}
