import { readFile } from 'node:fs/promises';
import { codeOf } from '#libs/kernel';

/** The logo that comes with the catalogue for a provider, as SVG; most have none. @param name the key of a provider */
export async function readOwnLogo(name: string): Promise<string | undefined> {
  try {
    return await readFile(new URL(`../logos/${encodeURIComponent(name)}.svg`, import.meta.url), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
