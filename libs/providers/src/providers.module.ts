import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Catalogue } from './catalogue.js';
import { CatalogueFeed } from './catalogue-feed.js';

export interface ProvidersOptions {
  /** File or folder of entries that add to the built-in ones. */
  readonly path: string | undefined;
  /** Address of entries in JSON that add to both, and time between two readings of it. */
  readonly url?: string | undefined;
  readonly reloadEveryMs?: number;
}

const RELOAD_EVERY_MS = 60_000;

/** Services that share a process share the catalogue: it takes a moment to check and some memory to hold. */
const loaded = new Map<string | undefined, Promise<Catalogue>>();

function catalogueAt(path: string | undefined): Promise<Catalogue> {
  const known = loaded.get(path);
  if (known) return known;
  const loading = Catalogue.load(path);
  loaded.set(path, loading);
  loading.catch(() => loaded.delete(path));
  return loading;
}

@Global()
@Module({})
export class ProvidersModule {
  /** Provides `Catalogue`. */
  static forRoot({ path, url, reloadEveryMs = RELOAD_EVERY_MS }: ProvidersOptions): DynamicModule {
    const feed = {
      provide: CatalogueFeed,
      inject: [Catalogue],
      useFactory: (catalogue: Catalogue) => new CatalogueFeed(catalogue, url!, reloadEveryMs),
    };
    return {
      module: ProvidersModule,
      providers: [{ provide: Catalogue, useFactory: () => catalogueAt(path) }, ...(url === undefined ? [] : [feed])],
      exports: [Catalogue],
    };
  }
}
