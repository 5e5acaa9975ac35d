import { type DynamicModule, Module } from '@nestjs/common';
import { Compiler, type CompilerOptions } from './compiler.service.js';

@Module({})
export class CompilerModule {
  /** Provides `Compiler`. */
  static forRoot(options: CompilerOptions): DynamicModule {
    return {
      module: CompilerModule,
      global: true,
      providers: [{ provide: Compiler, useFactory: () => new Compiler(options) }],
      exports: [Compiler],
    };
  }
}
