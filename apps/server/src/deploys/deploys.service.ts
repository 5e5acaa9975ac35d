import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import { Integrations } from '#libs/credentials';
import { type DeployPlan, Functions, planDeploy } from '#libs/functions';
import type { EnvironmentId } from '#libs/kernel';
import { Syncs } from '#libs/scheduling';
import { Deployments } from './deployments.service.js';
import type { ConfirmDeploy, DeployConfirmation, DeployReply } from './deploys.dto.js';
import { toConfirmation } from './domain/confirmation.js';
import { codeOf, coversOnEvents, incomingFunctions, type IntegrationIds, modeOf } from './domain/deploy-request.js';

/** What the CLI deploys: syncs, actions and on-event functions (spec/functions.md §1.10). */
@Injectable()
export class Deploys {
  constructor(
    private readonly integrations: Integrations,
    private readonly functions: Functions,
    private readonly syncs: Syncs,
    private readonly deployments: Deployments,
  ) {}

  /** What the same body would change, deployed now. @throws AppError `unknown_provider_config` (400) */
  async preview({ environmentId }: Caller, body: ConfirmDeploy): Promise<DeployConfirmation> {
    const plan = planOf(body, await this.#integrationIds(environmentId), await this.functions.list(environmentId));
    return toConfirmation(plan, {
      byFunction: await this.syncs.countByFunction(environmentId),
      byIntegration: await this.syncs.countConnections(environmentId),
    });
  }

  /** Removes nothing where the body does not ask to reconcile. @throws AppError `unknown_provider_config` (400), `concurrent_deployment`, `file_upload_error` */
  async deploy(caller: Caller, body: ConfirmDeploy): Promise<DeployReply> {
    const integrations = await this.#integrationIds(caller.environmentId);
    incomingFunctions(body, integrations);
    const plan = await this.deployments.run(caller, {
      code: codeOf(body),
      by: { source: body.source ?? 'repo', sdkVersion: body.sdkVersion ?? null },
      plan: (current) => planOf(body.reconcile ? body : { ...body, deployMode: 'single' }, integrations, current),
    });
    return replyOf(plan);
  }

  async #integrationIds(environmentId: EnvironmentId): Promise<IntegrationIds> {
    const integrations = await this.integrations.list(environmentId);
    return new Map(integrations.map(({ uniqueKey, id }) => [uniqueKey, id]));
  }
}

const planOf = (body: ConfirmDeploy, integrations: IntegrationIds, current: Parameters<typeof planDeploy>[1]): DeployPlan =>
  planDeploy(
    { mode: modeOf(body), functions: incomingFunctions(body, integrations), coversOnEvents: coversOnEvents(body) },
    current,
  );

/** Every function the body brought, changed or not: an empty list reads as "everything was removed". */
const replyOf = ({ created, updated, unchanged }: DeployPlan): DeployReply =>
  [...created, ...updated, ...unchanged].flatMap(({ next, version }) => {
    const { name, providerConfigKey, type, definition } = next;
    if (type === 'function') return [];
    return [{ name, models: type === 'on-event' ? [] : [...definition.models], version, providerConfigKey, type }];
  });
