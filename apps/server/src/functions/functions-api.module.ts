import { Module } from '@nestjs/common';
import { FunctionsController } from './functions.controller.js';
import { IntegrationFunctions } from './integration-functions.service.js';

/** `/integrations/{key}/functions`. */
@Module({ controllers: [FunctionsController], providers: [IntegrationFunctions] })
export class FunctionsApiModule {}
