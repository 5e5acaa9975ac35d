import { Injectable } from '@nestjs/common';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { IconIndex, type ListedIcon } from './icon-index.js';

/** Icons of the package `simple-icons`, in the colours of their brands. The package is read when the first icon is asked for. */
@Injectable()
export class BrandIcons {
  #index: Promise<IconIndex> | undefined;

  /** The icon of a provider as SVG. */
  async find(key: string, displayName: string): Promise<string | undefined> {
    this.#index ??= readIndex();
    const icon = (await this.#index).find(key, displayName);
    if (!icon) return undefined;
    const svg = await readFile(join(dirname(listPath()), '../icons', `${icon.slug}.svg`), 'utf8');
    return svg.replace('<svg ', `<svg fill="#${icon.hex}" `);
  }
}

const listPath = (): string => createRequire(import.meta.url).resolve('simple-icons/icons.json');

const readIndex = async (): Promise<IconIndex> => new IconIndex(JSON.parse(await readFile(listPath(), 'utf8')) as ListedIcon[]);
