import type { Checkpoint } from '#libs/contracts';
import type { EnvironmentId } from '#libs/kernel';

export type FunctionJobKind = 'dryrun' | 'deployment';
export type FunctionJobStatus = 'waiting' | 'running' | 'success' | 'failed';

/** What a dry run is given; forgotten when it ends. */
export interface FunctionJobGiven {
  readonly input?: unknown;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly checkpoint?: Checkpoint | undefined;
}

/** What a job is about. Everything but the first three is a dry run's. */
export interface FunctionJobFacts extends FunctionJobGiven {
  readonly integration_id: string;
  readonly function_type: 'action' | 'sync';
  readonly function_name?: string | undefined;
  readonly connectionRowId?: number | undefined;
  readonly lastSyncDate?: string | undefined;
  /** Known once the code is compiled. */
  readonly bundleHash?: string | undefined;
  readonly models?: readonly string[] | undefined;
}

export interface FunctionJobError {
  readonly code: string;
  readonly message: string;
  readonly payload?: unknown;
}

export interface FunctionJob {
  readonly id: string;
  readonly environmentId: EnvironmentId;
  readonly kind: FunctionJobKind;
  readonly status: FunctionJobStatus;
  readonly facts: FunctionJobFacts;
  readonly output: string | null;
  readonly result: unknown;
  readonly error: FunctionJobError | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
}

/** How a job ended. */
export interface FunctionJobEnd {
  readonly output?: string | undefined;
  readonly result?: unknown;
  readonly error?: FunctionJobError | undefined;
}
