import { Body, Controller, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { Access } from '#libs/http';
import { AppError } from '#libs/kernel';
import { CliVersionGuard } from './cli-version.guard.js';
import {
  cliTelemetry,
  type ConfirmDeploy,
  confirmDeploy,
  type DeployConfirmation,
  deployConfirmation,
  type DeployReply,
  deployReply,
  type RunDeploy,
  runDeploy,
} from './deploys.dto.js';
import { Deploys } from './deploys.service.js';

/** What the CLI calls (spec/api.md §3.13). It reads success from the absence of `error`. */
@ApiTags('Deploys')
@Controller()
export class DeploysController {
  constructor(private readonly deploys: Deploys) {}

  @Post('sync/deploy/confirmation')
  @HttpCode(200)
  @Access('environment:deploy')
  @UseGuards(CliVersionGuard)
  @ApiOperation({ summary: 'Say what a deploy would change' })
  @ApiOkResponse({ standardSchema: deployConfirmation })
  confirm(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: confirmDeploy }) body: ConfirmDeploy,
  ): Promise<DeployConfirmation> {
    return this.deploys.preview(caller, body);
  }

  @Post('sync/deploy')
  @HttpCode(200)
  @Access('environment:deploy')
  @UseGuards(CliVersionGuard)
  @ApiOperation({ summary: 'Deploy functions' })
  @ApiOkResponse({ standardSchema: deployReply })
  deploy(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: runDeploy }) body: RunDeploy,
  ): Promise<DeployReply> {
    return this.deploys.deploy(caller, body);
  }

  @Post('sync/deploy/internal')
  @Access('environment:deploy')
  @ApiExcludeEndpoint()
  refuse(): never {
    throw new AppError('forbidden', 'this server has no such environments');
  }

  @Post('cli/telemetry')
  @HttpCode(204)
  @Access('public')
  @ApiOperation({ summary: 'Accept what the CLI tells of its use; nothing is kept' })
  telemetry(@Body({ schema: cliTelemetry }) _body: unknown): void {
    // Nobody is counted here.
  }
}
