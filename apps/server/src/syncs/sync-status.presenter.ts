import type { DatasetCount } from '#libs/records';
import { datasetOf, type SyncStatus } from '#libs/scheduling';
import type { SyncStatusObject } from './syncs.dto.js';

/** @param counts of the connection's datasets */
export function toSyncStatus(sync: SyncStatus, counts: readonly DatasetCount[]): SyncStatusObject {
  const known = new Map(counts.map(({ model, count }) => [model, count]));
  const recordCount: Record<string, number> = {};
  for (const model of sync.models) {
    const count = known.get(datasetOf(model, sync.variant));
    if (count !== undefined) recordCount[model] = count;
  }
  return {
    id: sync.id,
    connection_id: sync.connectionId,
    type: sync.type,
    ...(sync.finishedAt ? { finishedAt: sync.finishedAt.toISOString() } : {}),
    nextScheduledSyncAt: sync.nextScheduledSyncAt?.toISOString() ?? null,
    name: sync.name,
    variant: sync.variant,
    status: sync.status,
    frequency: sync.frequency,
    ...(sync.latestResult ? { latestResult: sync.latestResult } : {}),
    ...(sync.latestExecutionStatus ? { latestExecutionStatus: sync.latestExecutionStatus } : {}),
    recordCount,
    checkpoint: sync.checkpoint,
  };
}
