import { Module } from '@nestjs/common';
import { DeploysModule } from '../deploys/deploys.module.js';
import { FunctionHistory } from './function-history.service.js';
import { FunctionVersionsController } from './function-versions.controller.js';
import { FunctionsController } from './functions.controller.js';
import { IntegrationFunctions } from './integration-functions.service.js';

/** `/integrations/{key}/functions`. */
@Module({
  imports: [DeploysModule],
  controllers: [FunctionsController, FunctionVersionsController],
  providers: [FunctionHistory, IntegrationFunctions],
})
export class FunctionsApiModule {}
