import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Catalogue } from './catalogue.js';

export interface ProvidersOptions {
  /** File or folder of entries that add to the built-in ones. */
  readonly path: string | undefined;
}

@Global()
@Module({})
export class ProvidersModule {
  /** Provides `Catalogue`. */
  static forRoot({ path }: ProvidersOptions): DynamicModule {
    return {
      module: ProvidersModule,
      providers: [{ provide: Catalogue, useFactory: () => Catalogue.load(path) }],
      exports: [Catalogue],
    };
  }
}
