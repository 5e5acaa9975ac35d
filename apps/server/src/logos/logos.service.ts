import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError } from '#libs/kernel';
import { Catalogue, readOwnLogo } from '#libs/providers';
import { type Cacheable, cacheable } from '../providers/cacheable.js';
import { BrandIcons } from './brand-icons.js';
import { letterTile } from './letter-tile.js';

/** Logos of providers (spec/auth.md §10.3): the catalogue's own, the brand's icon, or a letter on a tile. */
@Injectable()
export class Logos {
  readonly #made = new LRUCache<string, Cacheable>({ max: 1000 });

  constructor(
    private readonly catalogue: Catalogue,
    private readonly icons: BrandIcons,
  ) {}

  /** @param file `<provider key>.svg` @throws AppError `not_found` */
  async get(file: string): Promise<Cacheable> {
    const provider = file.endsWith('.svg') ? this.catalogue.get(file.slice(0, -4)) : undefined;
    if (!provider) throw new AppError('not_found', `there is no logo ${file}: use the key of a provider and .svg`);
    const { name, display_name: shown } = provider;
    const known = this.#made.get(`${name} ${shown}`);
    if (known) return known;
    const svg = (await readOwnLogo(name)) ?? (await this.icons.find(name, shown)) ?? letterTile(name, shown);
    const logo = cacheable(svg, 'image/svg+xml', 86_400);
    this.#made.set(`${name} ${shown}`, logo);
    return logo;
  }
}
