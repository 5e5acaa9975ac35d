import { createBoard } from './board.js';
import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { Secret } from '#libs/kernel';
import { JobProducer } from './job-producer.js';

/** Where the board is served. */
const BOARD_PATH = '/admin/queues';

export interface BoardOptions {
  readonly username: string;
  /** Without one the board is closed to everybody. */
  readonly password: Secret | undefined;
}

const BOARD_OPTIONS = Symbol('board-options');

/** The operators' view of the queues, read-only, behind Basic authentication. */
@Module({})
export class BoardModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly jobs: JobProducer,
    @Inject(BOARD_OPTIONS) private readonly options: BoardOptions,
  ) {}

  /** Serves the board at `/admin/queues`; needs `QueuesModule`. */
  static forRoot(options: BoardOptions): DynamicModule {
    return { module: BoardModule, providers: [{ provide: BOARD_OPTIONS, useValue: options }] };
  }

  async onModuleInit(): Promise<void> {
    const fastify: FastifyInstance = this.host.httpAdapter.getInstance();
    await createBoard(fastify, BOARD_PATH, this.jobs, this.options);
  }
}
