import { Module } from '@nestjs/common';
import { ScriptsController } from './scripts.controller.js';

/** `/scripts/config`. */
@Module({ controllers: [ScriptsController] })
export class ScriptsModule {}
