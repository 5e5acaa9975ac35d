import { botbuilderModule } from './botbuilder/index.js';
import { crypto, cryptoClasses } from './crypto/index.js';
import { soapClasses, soapModule } from './soap/index.js';
import { unzipper } from './unzip/index.js';
import { Url, url } from './url-module.js';
import { makeZod } from './zod.js';

// The bundler shortens names; what authors can see keeps its own.
for (const [name, value] of Object.entries({ ...cryptoClasses, ...soapClasses, Url }))
  Object.defineProperty(value, 'name', { value: name, configurable: true });

let zod: object | undefined;

/** zod is half of what an isolate starts with: it is made where it is asked for, in the snapshots of bundles that name it or else here. */
export const loadZod = (): object => (zod ??= makeZod());

const MODULES: Record<string, unknown> = {
  get zod() {
    return loadZod();
  },
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
