import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ActionAnswers } from './action-answers.js';
import { ActionKeys } from './action-keys.js';
import { Admission, EXECUTIONS_OPTIONS } from './admission.js';
import { AsyncActions } from './async-actions.js';
import { CapsRepository } from './caps.repository.js';
import { ControlChannel } from './control-channel.js';
import { Decisions } from './decisions.js';
import { Dispatcher } from './dispatcher.js';
import { ExecutionCaps } from './execution-caps.js';
import type { ExecutionsOptions } from './executions.config.js';
import { Executions } from './executions.service.js';
import { FinalRows } from './final-rows.js';
import { KeptOutcomes } from './kept-outcomes.js';
import { LedgerPartitions } from './ledger-partitions.js';
import { LedgerRepository } from './ledger.repository.js';
import { Reconciler } from './reconciler.js';
import { ReplyChannel } from './reply-channel.js';
import { WaitingActions } from './waiting-actions.js';
import { WorkersRepository } from './workers.repository.js';

@Module({})
export class ExecutionsModule {
  /** Provides the ledger everywhere; needs `Database`, `Cipher`, `RedisModule` and `QueuesModule`. */
  static forRoot(options: ExecutionsOptions): DynamicModule {
    const door = [
      Executions,
      ActionAnswers,
      ActionKeys,
      ControlChannel,
      Decisions,
      Dispatcher,
      ExecutionCaps,
      Reconciler,
      LedgerPartitions,
      WorkersRepository,
    ];
    return {
      module: ExecutionsModule,
      global: true,
      providers: [
        { provide: EXECUTIONS_OPTIONS, useValue: options },
        ...door,
        Admission,
        CapsRepository,
        FinalRows,
        KeptOutcomes,
        LedgerRepository,
        ReplyChannel,
        WaitingActions,
      ],
      exports: door,
    };
  }
}

/** Provides `AsyncActions`; needs `ExecutionsModule`, `AccountsModule`, `DeliveriesModule` and `LogsModule`. */
@Global()
@Module({ providers: [AsyncActions], exports: [AsyncActions] })
export class AsyncActionsModule {}
