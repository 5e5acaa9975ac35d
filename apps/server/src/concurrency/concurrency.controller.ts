import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query, UseGuards } from '@nestjs/common';
import { ApiBasicAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Environments } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { ExecutionCaps } from '#libs/executions';
import { Access, OperatorGuard } from '#libs/http';
import {
  type ConcurrencyReply,
  concurrencyReply,
  type EnvironmentParams,
  environmentParams,
  type SetConcurrency,
  setConcurrency,
} from './concurrency.dto.js';
import { toConcurrency, toOwnCaps } from './concurrency.presenter.js';

/** How much of each kind one environment may run and have waiting (docs/executions.md). */
@ApiTags('Operators')
@ApiBasicAuth('operator')
@UseGuards(OperatorGuard)
@Controller('admin/environments/:environment/concurrency')
export class ConcurrencyController {
  constructor(
    private readonly environments: Environments,
    private readonly caps: ExecutionCaps,
  ) {}

  @Get()
  @Access('operator')
  @ApiOperation({ summary: 'How much an environment may run and have waiting, by kind of execution, and what it has' })
  @ApiOkResponse({ standardSchema: concurrencyReply })
  async find(
    @Param({ schema: environmentParams }) { environment }: EnvironmentParams,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<ConcurrencyReply> {
    const { id } = await this.environments.getByUuid(environment);
    return toConcurrency(await this.caps.report(id));
  }

  @Put()
  @Access('operator')
  @ApiOperation({ summary: 'Set how much an environment may run and have waiting: what is absent is as everywhere' })
  @ApiOkResponse({ standardSchema: concurrencyReply })
  async set(
    @Param({ schema: environmentParams }) { environment }: EnvironmentParams,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: setConcurrency }) given: SetConcurrency,
  ): Promise<ConcurrencyReply> {
    const { id } = await this.environments.getByUuid(environment);
    await this.caps.replace(id, toOwnCaps(given));
    return toConcurrency(await this.caps.report(id));
  }

  @Delete()
  @HttpCode(204)
  @Access('operator')
  @ApiOperation({ summary: 'Take away what an environment has of its own: it may run as much as every other' })
  async remove(
    @Param({ schema: environmentParams }) { environment }: EnvironmentParams,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<void> {
    const { id } = await this.environments.getByUuid(environment);
    await this.caps.replace(id, new Map());
  }
}
