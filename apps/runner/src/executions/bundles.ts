import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { request } from 'undici';
import { AppError } from '#libs/kernel';
import type { Bundle } from '../hosts/sandbox-process.js';

const CACHE_BYTES = 128 * 1024 ** 2;
const MAX_BUNDLE_BYTES = 16 * 1024 ** 2;
const TIMEOUT_MS = 15_000;

/** Compiled functions by content hash: each is fetched once, and believed only when its bytes have that hash. */
export class Bundles {
  readonly #cache = new LRUCache<string, Bundle, string>({
    maxSize: CACHE_BYTES,
    sizeCalculation: (bundle) => bundle.code.length + 1,
    fetchMethod: (hash, _stale, { context: url }) => download(hash, url),
  });

  /** @throws AppError `function_runtime_other` when the code cannot be had or is not what its hash says */
  async get(hash: string, url: string): Promise<Bundle> {
    const bundle = await this.#cache.fetch(hash, { context: url });
    if (!bundle) throw new AppError('function_runtime_other', `the code ${hash} cannot be loaded`);
    return bundle;
  }
}

async function download(hash: string, url: string): Promise<Bundle> {
  const { statusCode, body } = await request(url, { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  if (statusCode !== 200) {
    await body.dump();
    throw new AppError('function_runtime_other', `the code ${hash} cannot be loaded: the store answered ${statusCode}`);
  }
  const bytes = Buffer.from(await body.arrayBuffer());
  if (bytes.length > MAX_BUNDLE_BYTES)
    throw new AppError('function_runtime_other', `the code ${hash} is ${bytes.length} bytes long, too long to run`);
  if (createHash('sha256').update(bytes).digest('hex') !== hash) {
    throw new AppError('function_runtime_other', `the code stored as ${hash} has other content`);
  }
  return { hash, code: bytes.toString('utf8') };
}
