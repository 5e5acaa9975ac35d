import { Body, Controller, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { Access } from '#libs/http';
import { type BundleReply, bundleReply, type DeployBundle, deployBundle } from './bundles.dto.js';
import { FunctionBundles } from './bundles.service.js';
import { CliVersionGuard } from './cli-version.guard.js';

/** What the CLI calls for projects of `createFunction` only (spec/api.md §3.13). */
@ApiTags('Deploys')
@Controller('functions/deployments/bundle')
@UseGuards(CliVersionGuard)
export class FunctionBundlesController {
  constructor(private readonly bundles: FunctionBundles) {}

  @Post('preview')
  @HttpCode(200)
  @Access('environment:deploy')
  @ApiOperation({ summary: 'Say what a bundle of new-style functions would change' })
  @ApiOkResponse({ standardSchema: bundleReply })
  preview(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: deployBundle }) body: DeployBundle,
  ): Promise<BundleReply> {
    return this.bundles.preview(caller, body);
  }

  @Post()
  @HttpCode(200)
  @Access('environment:deploy')
  @ApiOperation({ summary: 'Deploy a bundle of new-style functions' })
  @ApiOkResponse({ standardSchema: bundleReply })
  deploy(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: deployBundle }) body: DeployBundle,
  ): Promise<BundleReply> {
    return this.bundles.deploy(caller, body);
  }
}
