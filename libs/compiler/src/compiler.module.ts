import { type DynamicModule, Module } from '@nestjs/common';
import { inNamespaces, type Namespaces } from '#libs/confinement';
import { compileApart, type ProcessLimits } from './compiler-process.js';
import { Compiler, type CompilerOptions } from './compiler.service.js';

export interface CompilerModuleOptions extends CompilerOptions, Omit<ProcessLimits, 'node'> {
  readonly namespaces: Namespaces;
}

@Module({})
export class CompilerModule {
  /** Provides `Compiler`. @throws Error at the start where namespaces are required and cannot be had */
  static forRoot({ namespaces, ...options }: CompilerModuleOptions): DynamicModule {
    return {
      module: CompilerModule,
      global: true,
      providers: [
        {
          provide: Compiler,
          useFactory: () => {
            const limits = { ...options, node: inNamespaces(namespaces, 'FAIRLEAD_COMPILE_NAMESPACES') };
            return new Compiler(options, (task) => compileApart(task, limits));
          },
        },
      ],
      exports: [Compiler],
    };
  }
}
