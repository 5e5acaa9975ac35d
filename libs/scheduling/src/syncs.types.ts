import type { Checkpoint, ModelCounts } from '#libs/contracts';
import type { ConnectionRowId, EnvironmentId, ExecutionId, FunctionId, IntegrationId, OperationId, SyncId } from '#libs/kernel';
import type { RunStatus, SyncState } from './domain/sync-status.js';

/** A sync as callers name it; the variant every sync has is `base`. */
export interface SyncRef {
  readonly name: string;
  readonly variant: string;
}

/** Which syncs a command is about: those of one connection, or of all connections of an integration. */
export interface SyncScope {
  readonly environmentId: EnvironmentId;
  readonly integrationId: IntegrationId;
  readonly connectionRowId: ConnectionRowId | null;
}

/** A sync of a connection, as commands need it. */
export interface SyncTarget extends SyncRef {
  readonly id: SyncId;
  readonly environmentId: EnvironmentId;
  readonly connectionRowId: ConnectionRowId;
  readonly functionId: FunctionId;
  /** Names of the function's models, without variant. */
  readonly models: readonly string[];
  /** Whether its function may run. */
  readonly isEnabled: boolean;
}

/** How the function of a sync is scheduled. */
export interface Timing {
  readonly frequencyMs: number;
  readonly state: 'started' | 'paused';
}

export interface TriggerOptions {
  /** Start over: no checkpoint, no last sync date, a run that is on is cancelled. */
  readonly reset: boolean;
  /** With `reset` only: hard-delete the models' records first. */
  readonly emptyCache: boolean;
}

/** What a trigger came to. `refused` says why a sync was not started: a run is on already, too many wait, or it is gone. */
export interface Triggered {
  readonly sync: SyncTarget;
  readonly executionId: ExecutionId | null;
  readonly refused: 'running' | 'queue_full' | 'removed' | null;
}

export type RunType = 'FULL' | 'INCREMENTAL';

/** Everything that running a sync takes (spec/engine.md §2.5). */
export interface StartedRun {
  /** Generation: grows with every run. */
  readonly syncRunId: number;
  readonly syncId: SyncId;
  readonly syncName: string;
  readonly variant: string;
  readonly type: RunType;
  readonly environmentId: EnvironmentId;
  readonly environmentName: string;
  readonly functionId: FunctionId;
  readonly connectionRowId: ConnectionRowId;
  /** Start of the last successful run, null before the first and after a reset. */
  readonly lastSyncDate: Date | null;
  readonly emptyCache: boolean;
  /** `sync:<name>[:<variant>]` */
  readonly checkpointKey: string;
  readonly startedAt: Date;
  /** The `sync:run` operation. */
  readonly operationId: OperationId;
}

export interface FinishOptions {
  /** What ran it is gone: run again at once. */
  readonly lost?: boolean;
  /** It stopped on request before it was done, having saved a checkpoint: run again at once. */
  readonly interrupted?: boolean;
  /** How the ledger records it; by default as the outcome says. */
  readonly state?: 'failed' | 'expired' | 'cancelled';
}

/** A sync's status (spec/api.md §3.7), without the counts of its records. */
export interface SyncStatus extends SyncRef {
  readonly id: SyncId;
  readonly connectionRowId: ConnectionRowId;
  /** Connection id as customers know it. */
  readonly connectionId: string;
  readonly models: readonly string[];
  readonly type: 'INCREMENTAL' | 'INITIAL';
  readonly status: SyncState;
  /** The connection's own frequency, else the function's. */
  readonly frequency: string | null;
  readonly finishedAt: Date | null;
  /** Null unless the schedule is started. */
  readonly nextScheduledSyncAt: Date | null;
  /** Of the latest run, by model without variant. */
  readonly latestResult: ModelCounts | null;
  readonly latestExecutionStatus: RunStatus | null;
  readonly checkpoint: Checkpoint | null;
}
