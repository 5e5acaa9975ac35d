import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import { Integrations } from '#libs/credentials';
import { type DeployPlan, Functions, planBundle } from '#libs/functions';
import { AppError, type EnvironmentId, messageOf } from '#libs/kernel';
import type { BundleReply, DeployBundle } from './bundles.dto.js';
import { Deployments } from './deployments.service.js';
import { bundledFunctions, bundleScope } from './domain/bundle-request.js';
import type { IntegrationIds } from './domain/deploy-request.js';

/** Functions of the new style, which the CLI deploys apart from the others (spec/api.md §3.13). */
@Injectable()
export class FunctionBundles {
  constructor(
    private readonly integrations: Integrations,
    private readonly functions: Functions,
    private readonly deployments: Deployments,
  ) {}

  /** What the same bundle would change, deployed now. @throws AppError `integration_not_found` (400), `functions_deployment_error` */
  preview({ environmentId }: Caller, bundle: DeployBundle): Promise<BundleReply> {
    return explained(async () => {
      const planOf = planner(bundle, await this.#integrationIds(environmentId));
      return toReply(planOf(await this.functions.list(environmentId)));
    });
  }

  /** @throws AppError `integration_not_found` (400), `concurrent_deployment`, `functions_deployment_error` */
  deploy(caller: Caller, bundle: DeployBundle): Promise<BundleReply> {
    return explained(async () => {
      const planned = await this.deployments.run(caller, {
        code: bundle.functions.flatMap(({ fileBody }) => [fileBody.js, fileBody.ts]),
        by: { source: 'repo', sdkVersion: null },
        plan: planner(bundle, await this.#integrationIds(caller.environmentId)),
      });
      return toReply(planned);
    });
  }

  async #integrationIds(environmentId: EnvironmentId): Promise<IntegrationIds> {
    const integrations = await this.integrations.list(environmentId);
    return new Map(integrations.map(({ uniqueKey, id }) => [uniqueKey, id]));
  }
}

function planner(bundle: DeployBundle, integrations: IntegrationIds): (current: Parameters<typeof planBundle>[2]) => DeployPlan {
  const [scope, functions] = [bundleScope(bundle, integrations), bundledFunctions(bundle, integrations)];
  return (current) => planBundle(scope, functions, current);
}

const toReply = ({ created, updated, unchanged, deleted }: DeployPlan): BundleReply => ({
  created: created.map(({ next }) => item(next)),
  updated: updated.map(({ next }) => item(next)),
  unchanged: unchanged.map(({ next }) => item(next)),
  deleted: deleted.map(item),
});

const item = ({ providerConfigKey, name }: { readonly providerConfigKey: string; readonly name: string }) => ({
  integrationId: providerConfigKey,
  name,
});

/** The CLI knows what goes wrong on our side under one code of its own. */
async function explained(work: () => Promise<BundleReply>): Promise<BundleReply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('functions_deployment_error', messageOf(error), { cause: error });
  }
}
