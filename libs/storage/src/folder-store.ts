import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { AppError, codeOf, messageOf, type Secret } from '#libs/kernel';
import { isSigned, signPath } from './domain/signed-path.js';
import { ObjectStore } from './object-store.js';

const URL_LIFETIME_S = 600;
const SAFE_KEY = /^[a-z0-9]+(\/[a-z0-9-]+)*$/;

/** The embedded twin of S3: objects are files, written whole or not at all. */
export class FolderStore extends ObjectStore {
  constructor(
    private readonly folder: string,
    private readonly urlKey: Secret,
  ) {
    super();
  }

  async put(key: string, content: string): Promise<void> {
    const path = this.#path(key);
    const draft = `${path}.${randomUUID()}`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(draft, content, { flush: true });
      await rename(draft, path);
    } catch (error) {
      throw new AppError('file_upload_error', `cannot store ${key}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async get(key: string): Promise<string | null> {
    try {
      return await readFile(this.#path(key), 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** What is still being written, or was left by a process that died meanwhile, is no object. */
  async *keysIn(folder: string): AsyncIterable<string> {
    for (const name of await this.#names(folder)) {
      const key = `${folder}/${name}`;
      if (SAFE_KEY.test(key)) yield key;
    }
  }

  async delete(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  urlFor(key: string, base: string): Promise<string> {
    const expires = Math.floor(Date.now() / 1000) + URL_LIFETIME_S;
    return Promise.resolve(`${base}/objects/${key}?${signPath(key, expires, this.urlKey.reveal())}`);
  }

  /** Reads an object for the bearer of a signed address. @throws AppError `forbidden`, `not_found` */
  async getSigned(key: string, expires: number, signature: string): Promise<string> {
    if (!isSigned(key, expires, signature, this.urlKey.reveal(), Date.now())) {
      throw new AppError('forbidden', 'the address is not signed or has expired');
    }
    const content = await this.get(key);
    if (content === null) throw new AppError('not_found', `no object ${key}`);
    return content;
  }

  async #names(folder: string): Promise<string[]> {
    try {
      return await readdir(this.#path(folder));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  #path(key: string): string {
    if (!SAFE_KEY.test(key)) throw new AppError('not_found', 'no such object');
    return join(this.folder, key);
  }
}
