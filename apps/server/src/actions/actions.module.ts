import { Module } from '@nestjs/common';
import { ActionsController } from './actions.controller.js';
import { Actions } from './actions.service.js';

/** `/action`. Needs `Connections`, `Functions`, `Executions`, `AsyncActions` and `OperationLog`. */
@Module({ controllers: [ActionsController], providers: [Actions], exports: [Actions] })
export class ActionsModule {}
