import ivm from 'isolated-vm';
import { LRUCache } from 'lru-cache';
import { namesZod } from './snapshots.js';
import { WRAPPER_HEAD, wrapped } from './wrapper.js';

interface Code {
  readonly source: string;
  readonly namesZod: boolean;
  cachedData?: ivm.ExternalCopy<ArrayBuffer>;
}

const CODES_KEPT = 1000;

/** Bundles by content hash, with V8's compiled form once a bundle has run. */
export class CodeCache {
  readonly #codes = new LRUCache<string, Code>({ max: CODES_KEPT });

  learn(hash: string, source: string): void {
    if (!this.#codes.has(hash)) this.#codes.set(hash, { source: wrapped(source), namesZod: namesZod(source) });
  }

  namesZod(hash: string): boolean {
    return this.#codes.get(hash)?.namesZod ?? false;
  }

  /** @throws SyntaxError of the bundle; Error when the bundle was never learnt */
  async compile(isolate: ivm.Isolate, hash: string, scriptName: string): Promise<ivm.Script> {
    const code = this.#codes.get(hash);
    if (!code) throw new Error(`the bundle ${hash} is not here`);
    const known = code.cachedData;
    const script = await isolate.compileScript(code.source, {
      filename: scriptName,
      columnOffset: -WRAPPER_HEAD.length,
      ...(known ? { cachedData: known } : { produceCachedData: true }),
    });
    const made = (script as unknown as { cachedData?: ivm.ExternalCopy<ArrayBuffer> }).cachedData;
    if (!known && made) code.cachedData = made;
    return script;
  }
}
