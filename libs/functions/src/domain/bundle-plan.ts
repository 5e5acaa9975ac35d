import type { IntegrationId } from '#libs/kernel';
import type { DeployedFunction, IncomingFunction } from '../functions.types.js';
import { type DeployPlan, planChanges } from './deploy-plan.js';

/** What a bundle of new-style functions speaks for: what it leaves out there is removed. `null` is the whole environment. */
export type BundleScope = IntegrationId | null;

/** Decides what a bundle changes. Only new-style functions are reconciled; unlike a deploy, an empty bundle removes them all. */
export const planBundle = (
  scope: BundleScope,
  functions: readonly IncomingFunction[],
  current: readonly DeployedFunction[],
): DeployPlan =>
  planChanges(
    functions,
    current,
    ({ type, integrationId }) => type === 'function' && (scope === null || integrationId === scope),
  );
