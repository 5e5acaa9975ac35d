import { Module } from '@nestjs/common';
import { FunctionBundlesController } from './bundles.controller.js';
import { FunctionBundles } from './bundles.service.js';
import { Deployments } from './deployments.service.js';
import { DeploysController } from './deploys.controller.js';
import { Deploys } from './deploys.service.js';

/** `/sync/deploy*`, `/functions/deployments/bundle*`, `/cli/telemetry`. */
@Module({
  controllers: [DeploysController, FunctionBundlesController],
  providers: [Deployments, Deploys, FunctionBundles],
  exports: [Deployments, Deploys],
})
export class DeploysModule {}
