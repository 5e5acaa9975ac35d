import { z } from 'zod';
import { secretString } from '#libs/kernel';
import type { StorageOptions } from './storage.module.js';

/** Variables of the object store: an S3 bucket, or a folder where no bucket is named. */
export const storageEnv = {
  AWS_BUCKET_NAME: z.string().optional().describe('S3 bucket for function code; a folder is used without it'),
  AWS_REGION: z.string().default('us-east-1').describe('Region of the bucket'),
  AWS_ENDPOINT_URL_S3: z.url().optional().describe('Endpoint of an S3-compatible store such as MinIO'),
  FAIRLEAD_OBJECTS_PATH: z.string().default('.data/objects').describe('Folder for function code when no bucket is named'),
  FAIRLEAD_OBJECT_URL_KEY: secretString(
    'Signs the download addresses of objects kept in a folder (at least 32 characters)',
  ).optional(),
};

/** What `StorageModule.forRoot` takes, from the variables of `storageEnv`. */
export const storageOptions = (config: z.output<z.ZodObject<typeof storageEnv>>): StorageOptions => ({
  bucket: config.AWS_BUCKET_NAME,
  region: config.AWS_REGION,
  endpoint: config.AWS_ENDPOINT_URL_S3,
  folder: config.FAIRLEAD_OBJECTS_PATH,
  urlKey: config.FAIRLEAD_OBJECT_URL_KEY,
});
