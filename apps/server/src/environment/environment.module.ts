import { Module } from '@nestjs/common';
import { EnvironmentSettingsController } from './environment-settings.controller.js';
import { EnvironmentController } from './environment.controller.js';

/** `/environment-variables`, `/environment`, `/api/v1/environments`. */
@Module({ controllers: [EnvironmentController, EnvironmentSettingsController] })
export class EnvironmentModule {}
