import { type DeployedFunction, type DeployPlan, droppedModels, type FunctionType, type PlannedFunction } from '#libs/functions';
import type { DeployConfirmation } from '../deploys.dto.js';

/** How many connections a deploy would touch. */
export interface ConnectionCounts {
  readonly byFunction: ReadonlyMap<number, number>;
  readonly byIntegration: ReadonlyMap<number, number>;
}

/** A plan as the CLI asks its user to confirm it (spec/api.md §3.13). */
export function toConfirmation(plan: DeployPlan, counts: ConnectionCounts): DeployConfirmation {
  const created = (type: FunctionType) => plan.created.filter(({ next }) => next.type === type);
  const updated = (type: FunctionType) => plan.updated.filter(({ next }) => next.type === type);
  const deleted = (type: FunctionType) => plan.deleted.filter((one) => one.type === type);
  const connectionsOf = (id: number) => counts.byFunction.get(id) ?? 0;
  const newSync = ({ next }: PlannedFunction) => syncItem(next, counts.byIntegration.get(next.integrationId) ?? 0);
  const updatedSync = ({ next, current }: PlannedFunction) => syncItem(next, current ? connectionsOf(current.id) : 0);
  return {
    newSyncs: created('sync').map(newSync),
    updatedSyncs: updated('sync').map(updatedSync),
    deletedSyncs: deleted('sync').map((one) => syncItem(one, connectionsOf(one.id))),
    newActions: created('action').map(({ next }) => item(next)),
    updatedActions: updated('action').map(({ next }) => item(next)),
    deletedActions: deleted('action').map(item),
    newOnEventScripts: created('on-event').map(({ next }) => eventItem(next)),
    updatedOnEventScripts: updated('on-event').map(({ next }) => eventItem(next)),
    deletedOnEventScripts: deleted('on-event').map(eventItem),
    deletedModels: [
      ...new Set(droppedModels(plan).flatMap(({ function: one, models }) => (connectionsOf(one.id) > 0 ? models : []))),
    ],
  };
}

type Named = Pick<DeployedFunction, 'name' | 'providerConfigKey' | 'definition'>;

const item = ({ name, providerConfigKey }: Named) => ({ name, providerConfigKey });

const syncItem = (one: Named, connections: number) => ({ ...item(one), connections, auto_start: one.definition.auto_start });

const eventItem = (one: Named) => ({ ...item(one), event: one.definition.event ?? '' });
