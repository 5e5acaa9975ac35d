import * as zod from 'zod-functions';
import { botbuilderModule } from './botbuilder/index.js';
import { crypto, cryptoClasses } from './crypto/index.js';
import { soapClasses, soapModule } from './soap/index.js';
import { unzipper } from './unzip/index.js';
import { Url, url } from './url-module.js';

zod.config({ jitless: true });

// The bundler shortens names; what authors can see keeps its own.
for (const [name, value] of Object.entries({ ...cryptoClasses, ...soapClasses, Url }))
  Object.defineProperty(value, 'name', { value: name, configurable: true });

const MODULES: Record<string, unknown> = {
  zod: Object.freeze(Object.defineProperty({ ...zod }, '__esModule', { value: true })),
  crypto,
  'node:crypto': crypto,
  url,
  'node:url': url,
  soap: soapModule,
  unzipper,
  botbuilder: botbuilderModule,
};

/** What a function may import at run time; anything else is refused by name. */
export function require(name: string): unknown {
  if (Object.hasOwn(MODULES, name)) return MODULES[name];
  throw new Error(`Module '${name}' is not allowed`);
}
