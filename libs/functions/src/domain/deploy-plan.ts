import { isDeepStrictEqual } from 'node:util';
import type { DeployedFunction, IncomingFunction } from '../functions.types.js';
import { nextVersion } from './version.js';

/**
 * What a deploy removes besides what it brings (spec/functions.md §1.10): everything the payload leaves out, that of the
 * integrations it names, or nothing.
 */
export type DeployMode = 'all' | 'integration' | 'single';

export interface DeployPayload {
  readonly mode: DeployMode;
  readonly functions: readonly IncomingFunction[];
  /** False where the payload says nothing of on-event functions: those are left alone. */
  readonly coversOnEvents: boolean;
}

/** A function to write, with the version it gets. */
export interface PlannedFunction {
  readonly next: IncomingFunction;
  readonly version: string;
  /** What it replaces. */
  readonly current: DeployedFunction | null;
  /** Of a roll back: the version whose code comes back. */
  readonly restored?: { readonly version: string; readonly sdkVersion: string | null };
}

export interface DeployPlan {
  readonly created: readonly PlannedFunction[];
  /** Code, version or definition differ from what runs now. */
  readonly updated: readonly PlannedFunction[];
  readonly unchanged: readonly PlannedFunction[];
  readonly deleted: readonly DeployedFunction[];
}

/** Decides what a deploy changes. Of a function that is named twice the last one counts. */
export const planDeploy = (payload: DeployPayload, current: readonly DeployedFunction[]): DeployPlan =>
  planChanges(payload.functions, current, (deployed) => isRemoved(deployed, payload));

/** Decides what functions that come change; `isGone` of those that run now and do not come. */
export function planChanges(
  functions: readonly IncomingFunction[],
  current: readonly DeployedFunction[],
  isGone: (deployed: DeployedFunction) => boolean,
): DeployPlan {
  const byKey = new Map(current.map((deployed) => [keyOf(deployed), deployed]));
  const incoming = new Map(functions.map((next) => [keyOf(next), next]));
  const planned = [...incoming].map(([key, next]) => plan(next, byKey.get(key) ?? null));
  return {
    created: planned.filter(({ current: old }) => old === null),
    updated: planned.filter((one) => one.current !== null && changes(one, one.current)),
    unchanged: planned.filter((one) => one.current !== null && !changes(one, one.current)),
    deleted: current.filter((deployed) => !incoming.has(keyOf(deployed)) && isGone(deployed)),
  };
}

/** Models that syncs which stay no longer write: their records would be orphans. */
export function droppedModels({ updated }: DeployPlan): { function: DeployedFunction; models: readonly string[] }[] {
  return updated.flatMap(({ next, current }) => {
    if (current?.type !== 'sync') return [];
    const models = current.models.filter((model) => !next.definition.models.includes(model));
    return models.length === 0 ? [] : [{ function: current, models }];
  });
}

const keyOf = ({ integrationId, type, name }: Pick<IncomingFunction, 'integrationId' | 'type' | 'name'>): string =>
  `${integrationId}/${type}/${name}`;

function plan(next: IncomingFunction, current: DeployedFunction | null): PlannedFunction {
  const sameCode = current?.bundleHash === next.bundleHash && current.sourceHash === next.sourceHash;
  const version = next.version || (current && sameCode ? current.version : nextVersion(current?.version));
  return { next, version, current };
}

const changes = ({ next, version }: PlannedFunction, current: DeployedFunction): boolean =>
  version !== current.version ||
  next.bundleHash !== current.bundleHash ||
  next.sourceHash !== current.sourceHash ||
  !isDeepStrictEqual(next.definition, current.definition);

/** Only what a CLI deployed from a repository is reconciled, and no function of the new style; an empty payload removes nothing. */
function isRemoved(deployed: DeployedFunction, { mode, functions, coversOnEvents }: DeployPayload): boolean {
  if (mode === 'single' || deployed.source !== 'repo' || deployed.type === 'function') return false;
  if (!functions.some(({ type }) => type !== 'on-event')) return false;
  if (deployed.type === 'on-event' && !coversOnEvents) return false;
  return mode === 'all' || functions.some(({ integrationId }) => integrationId === deployed.integrationId);
}
