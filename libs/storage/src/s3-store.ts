import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { AppError, messageOf } from '#libs/kernel';
import { ObjectStore } from './object-store.js';

const URL_LIFETIME_S = 600;

/** Objects in an S3 bucket; credentials come from the AWS SDK's own chain. */
export class S3Store extends ObjectStore {
  readonly #client: S3Client;

  constructor(
    private readonly bucket: string,
    region: string,
    endpoint: string | undefined,
  ) {
    super();
    this.#client = new S3Client({
      region,
      ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    });
  }

  async put(key: string, content: string): Promise<void> {
    try {
      await this.#client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: content }));
    } catch (error) {
      throw new AppError('file_upload_error', `cannot store ${key}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async get(key: string): Promise<string | null> {
    try {
      const object = await this.#client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      return (await object.Body?.transformToString('utf8')) ?? null;
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw error;
    }
  }

  async *keysIn(folder: string): AsyncIterable<string> {
    const pages = paginateListObjectsV2({ client: this.#client }, { Bucket: this.bucket, Prefix: `${folder}/` });
    for await (const { Contents = [] } of pages) for (const { Key } of Contents) if (Key !== undefined) yield Key;
  }

  async delete(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
  }

  urlFor(key: string): Promise<string> {
    return getSignedUrl(this.#client, new GetObjectCommand({ Bucket: this.bucket, Key: key }), {
      expiresIn: URL_LIFETIME_S,
    });
  }
}
