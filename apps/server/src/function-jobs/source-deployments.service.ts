import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import { Integrations } from '#libs/credentials';
import { type FunctionJob, FunctionJobs } from '#libs/function-jobs';
import { Functions } from '#libs/functions';
import { AppError } from '#libs/kernel';
import { Deploys } from '../deploys/deploys.service.js';
import type { SourceDeployment, StartDeployment } from './function-jobs.dto.js';
import { inBackground } from './in-background.js';
import { SourceCompiler } from './source-compiler.service.js';

/** Deploys functions sent as source (spec/api.md §3.14). */
@Injectable()
export class SourceDeployments {
  constructor(
    private readonly integrations: Integrations,
    private readonly functions: Functions,
    private readonly jobs: FunctionJobs,
    private readonly compiler: SourceCompiler,
    private readonly deploys: Deploys,
  ) {}

  /**
   * Accepts it; it is compiled and deployed after the answer.
   * @throws AppError `integration_not_found`, `template_not_found`, `invalid_request`, `execution_environment_unavailable`
   */
  async start(caller: Caller, body: StartDeployment): Promise<FunctionJob> {
    const { environmentId } = caller;
    const integration = await this.integrations.find(environmentId, body.integration_id);
    if (!integration) throw new AppError('integration_not_found', `no integration ${body.integration_id}`);
    if (body.type === 'template') throw new AppError('template_not_found', `there is no template ${body.template}`);
    const { integration_id, function_type, function_name } = body;
    const [current] = await this.functions.list(environmentId, {
      integrationId: integration.id,
      type: function_type,
      name: function_name,
    });
    if (current && current.source !== 'standalone')
      throw new AppError(
        'invalid_request',
        `${function_name} was deployed from a ${current.source}: change it there, or choose another name`,
      );
    const job = await this.jobs.accept(environmentId, 'deployment', { integration_id, function_type, function_name });
    inBackground(this.jobs, job, () => this.#deploy(job.id, caller, body));
    return job;
  }

  /** @throws AppError `deployment_not_found` */
  async get({ environmentId }: Caller, id: string): Promise<FunctionJob> {
    const job = await this.jobs.find(environmentId, 'deployment', id);
    if (!job) throw new AppError('deployment_not_found', `no deployment ${id}`);
    return job;
  }

  async #deploy(id: string, caller: Caller, given: SourceDeployment): Promise<void> {
    const { integration_id: integrationId, function_type: type, function_name: name, version } = given;
    const { body } = await this.compiler.deploy({ integrationId, type, name, version }, given.code);
    if (!given.allow_destructive) await this.#refuseLoss(caller, body);
    // A job that was given up while its code was compiled deploys nothing.
    if (!(await this.jobs.start(id))) return;
    const deployed = await this.deploys.deploy(caller, body);
    const result = deployed.map((one) => ({ name: one.name, version: one.version }));
    await this.jobs.finish(id, { result, output: result.map((one) => `deployed ${one.name} v${one.version}`).join('\n') });
  }

  async #refuseLoss(caller: Caller, body: Parameters<Deploys['preview']>[1]): Promise<void> {
    const { deletedModels } = await this.deploys.preview(caller, body);
    if (deletedModels.length === 0) return;
    const models = deletedModels.join(', ');
    throw new AppError('deployment_error', `this deployment removes the models ${models}: send allow_destructive to do so`, {
      payload: { deleted_models: deletedModels },
    });
  }
}
