import * as zod from 'zod';
import { crypto } from './crypto.js';

zod.config({ jitless: true });

const url = { URL: globalThis.URL, URLSearchParams: globalThis.URLSearchParams };

const MODULES: Record<string, unknown> = {
  zod,
  crypto,
  'node:crypto': crypto,
  url,
  'node:url': url,
};

/** What a function may import at run time; anything else is refused by name. */
export function require(name: string): unknown {
  if (Object.hasOwn(MODULES, name)) return MODULES[name];
  throw new Error(`Module '${name}' is not allowed`);
}
