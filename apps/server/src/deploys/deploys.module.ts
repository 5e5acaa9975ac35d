import { Module } from '@nestjs/common';
import { DeploysController } from './deploys.controller.js';
import { Deploys } from './deploys.service.js';

/** `/sync/deploy*`, `/cli/telemetry`. */
@Module({ controllers: [DeploysController], providers: [Deploys], exports: [Deploys] })
export class DeploysModule {}
