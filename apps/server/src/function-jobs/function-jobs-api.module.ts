import { Module } from '@nestjs/common';
import { DeploysModule } from '../deploys/deploys.module.js';
import { DryRuns } from './dry-runs.service.js';
import { FunctionJobsController } from './function-jobs.controller.js';
import { Invocations } from './invocations.service.js';
import { SourceCompiler } from './source-compiler.service.js';
import { SourceDeployments } from './source-deployments.service.js';

/** `/functions/compile`, `/functions/dryruns`, `/functions/deployments`, `/functions/invocations`. */
@Module({
  imports: [DeploysModule],
  controllers: [FunctionJobsController],
  providers: [DryRuns, Invocations, SourceCompiler, SourceDeployments],
})
export class FunctionJobsApiModule {}
