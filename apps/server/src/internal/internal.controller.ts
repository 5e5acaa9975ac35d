import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { z } from 'zod';
import { Environments } from '#libs/accounts';
import { type ConnectionLease, type ExecutionClaims, leaseRequest } from '#libs/contracts';
import { Connections, Integrations } from '#libs/credentials';
import { Access } from '#libs/http';
import { ConnectionReader } from '../connections/connection-reader.service.js';
import {
  type ConnectionParams,
  connectionParams,
  type ReadConnectionQuery,
  readConnectionQuery,
} from '../connections/connections.dto.js';
import { IntegrationViews } from '../integrations/integration-views.js';
import { type IntegrationQuery, integrationQuery } from '../integrations/integrations.dto.js';
import { CurrentExecution, ExecutionGuard } from './execution.guard.js';
import { RunCallers } from './run-callers.service.js';

const metadata = z.record(z.string(), z.unknown());
type Metadata = z.output<typeof metadata>;

/** What runners ask on behalf of a run (libs/contracts `internal.ts`). Nothing outside the token's environment is reachable. */
@ApiExcludeController()
@UseGuards(ExecutionGuard)
@Controller('internal')
export class InternalController {
  constructor(
    private readonly connections: Connections,
    private readonly integrations: Integrations,
    private readonly environments: Environments,
    private readonly views: IntegrationViews,
    private readonly reader: ConnectionReader,
    private readonly callers: RunCallers,
  ) {}

  /** As the public route of this name. */
  @Get('connections/:connectionId')
  @Access('execution')
  async connection(
    @CurrentExecution() run: ExecutionClaims,
    @Param({ schema: connectionParams }) { connectionId }: ConnectionParams,
    @Query({ schema: readConnectionQuery }) query: ReadConnectionQuery,
  ): Promise<Record<string, unknown>> {
    return this.reader.read(await this.callers.of(run), connectionId, query);
  }

  @Post('lease')
  @HttpCode(200)
  @Access('execution')
  lease(
    @CurrentExecution() run: ExecutionClaims,
    @Body({ schema: leaseRequest }) { providerConfigKey, connectionId, ...options }: z.output<typeof leaseRequest>,
  ): Promise<ConnectionLease> {
    return this.connections.lease(run.environmentId, providerConfigKey, connectionId, options);
  }

  @Post('metadata')
  @HttpCode(204)
  @Access('execution')
  setMetadata(@CurrentExecution() run: ExecutionClaims, @Body({ schema: metadata }) body: Metadata): Promise<void> {
    return this.connections.setMetadata(run.environmentId, run.providerConfigKey, [run.connectionId], body);
  }

  @Patch('metadata')
  @HttpCode(204)
  @Access('execution')
  updateMetadata(@CurrentExecution() run: ExecutionClaims, @Body({ schema: metadata }) body: Metadata): Promise<void> {
    return this.connections.updateMetadata(run.environmentId, run.providerConfigKey, [run.connectionId], body);
  }

  @Get('environment-variables')
  @Access('execution')
  variables(@CurrentExecution() run: ExecutionClaims): Promise<{ name: string; value: string }[]> {
    return this.environments.variables(run.environmentId);
  }

  @Get('integration')
  @Access('execution')
  async integration(
    @CurrentExecution() run: ExecutionClaims,
    @Query({ schema: integrationQuery }) { include }: IntegrationQuery,
  ): Promise<Record<string, unknown>> {
    const wanted = new Set([include].flat());
    const integration = await this.integrations.get(run.environmentId, run.providerConfigKey);
    const { uuid } = await this.environments.get(run.environmentId);
    return this.views.show(integration, uuid, {
      webhook: wanted.has('webhook'),
      credentials: wanted.has('credentials'),
    });
  }
}
