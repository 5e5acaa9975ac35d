import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { Access } from '#libs/http';
import { AppError } from '#libs/kernel';
import { DryRuns } from './dry-runs.service.js';
import { toAccepted, toDeployment, toDryRun } from './function-job.presenter.js';
import {
  type AcceptedJob,
  acceptedJob,
  type CompiledFunction,
  compiledFunction,
  type CompileFunction,
  compileFunction,
  type DeploymentReply,
  deploymentReply,
  type DryRunReply,
  dryRunReply,
  type InvokeFunction,
  invokeFunction,
  type JobParams,
  jobParams,
  type StartDeployment,
  startDeployment,
  type StartDryRun,
  startDryRun,
} from './function-jobs.dto.js';
import { Invocations } from './invocations.service.js';
import { SourceCompiler } from './source-compiler.service.js';
import { SourceDeployments } from './source-deployments.service.js';

@ApiTags('Functions')
@Controller('functions')
export class FunctionJobsController {
  constructor(
    private readonly compiler: SourceCompiler,
    private readonly dryRuns: DryRuns,
    private readonly deployments: SourceDeployments,
    private readonly invocations: Invocations,
  ) {}

  @Post('compile')
  @HttpCode(200)
  @Access('environment:functions:compile')
  @ApiOperation({ summary: 'Compile a function' })
  @ApiOkResponse({ standardSchema: compiledFunction })
  compile(
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: compileFunction }) { code }: CompileFunction,
  ): Promise<CompiledFunction> {
    return this.compiler.bundle(code);
  }

  @Post('dryruns')
  @HttpCode(202)
  @Access('environment:functions:dryrun')
  @ApiOperation({ summary: 'Run a function without keeping what it writes' })
  @ApiAcceptedResponse({ standardSchema: acceptedJob })
  async dryRun(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: startDryRun }) body: StartDryRun,
  ): Promise<AcceptedJob> {
    return toAccepted(await this.dryRuns.start(caller, body));
  }

  @Get('dryruns/:id')
  @Access('environment:functions:dryrun')
  @ApiOperation({ summary: 'Get a dry run' })
  @ApiOkResponse({ standardSchema: dryRunReply })
  async dryRunOf(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Param({ schema: jobParams }) { id }: JobParams,
  ): Promise<DryRunReply> {
    return toDryRun(await this.dryRuns.get(caller, id));
  }

  /** For sandboxes elsewhere, under tokens of their own. Jobs run here, no such token is given out, and an API key is none. */
  @Post(['dryruns/:id/result', 'deployments/:id/result'])
  @Access('environment')
  @ApiExcludeEndpoint()
  refuseResult(@Param({ schema: jobParams }) { id }: JobParams): never {
    throw new AppError('forbidden', `the result of ${id} is told by its own sandbox only`);
  }

  @Post('deployments')
  @HttpCode(202)
  @Access('environment:deploy')
  @ApiOperation({ summary: 'Deploy a function from its source' })
  @ApiAcceptedResponse({ standardSchema: acceptedJob })
  async deploy(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: startDeployment }) body: StartDeployment,
  ): Promise<AcceptedJob> {
    return toAccepted(await this.deployments.start(caller, body));
  }

  @Get('deployments/:id')
  @Access('environment:deploy')
  @ApiOperation({ summary: 'Get a deployment' })
  @ApiOkResponse({ standardSchema: deploymentReply })
  async deploymentOf(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Param({ schema: jobParams }) { id }: JobParams,
  ): Promise<DeploymentReply> {
    return toDeployment(await this.deployments.get(caller, id));
  }

  @Post('invocations')
  @Access('environment:functions:invocations')
  @ApiOperation({ summary: 'Check an invocation; running it is not implemented' })
  invoke(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: invokeFunction }) body: InvokeFunction,
  ): Promise<never> {
    return this.invocations.invoke(caller, body);
  }
}
