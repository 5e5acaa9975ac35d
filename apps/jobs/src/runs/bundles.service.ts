import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { codeKey, ObjectStore } from '#libs/storage';

/** Injection token of the address under which runners reach this service. */
export const SERVICE_URL = Symbol('service-url');

/** Addresses are valid for ten minutes; one that was signed lately serves again. */
const CACHE_MS = 60_000;
const ADDRESSES_KEPT = 10_000;

/** Where runners fetch code. */
@Injectable()
export class Bundles {
  readonly #addresses = new LRUCache<string, string>({ max: ADDRESSES_KEPT, ttl: CACHE_MS });

  constructor(
    private readonly store: ObjectStore,
    @Inject(SERVICE_URL) private readonly serviceUrl: string,
  ) {}

  /** A signed address of a bundle, by its SHA-256 hex. */
  async urlOf(hash: string): Promise<string> {
    const known = this.#addresses.get(hash);
    if (known) return known;
    const url = await this.store.urlFor(codeKey(hash), this.serviceUrl);
    this.#addresses.set(hash, url);
    return url;
  }
}
