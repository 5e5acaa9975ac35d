import { type DynamicModule, Module } from '@nestjs/common';
import { FunctionJobsSweep } from './function-jobs-sweep.js';
import { FunctionJobs } from './function-jobs.service.js';

@Module({})
export class FunctionJobsModule {
  /** Provides `FunctionJobs`; needs `Database` and `Cipher`. @param sweeps whether this process ends late jobs and forgets old ones */
  static forRoot({ sweeps }: { readonly sweeps: boolean }): DynamicModule {
    return {
      module: FunctionJobsModule,
      global: true,
      providers: [FunctionJobs, ...(sweeps ? [FunctionJobsSweep] : [])],
      exports: [FunctionJobs],
    };
  }
}
