import type { ExecutionKind } from '#libs/contracts';
import type { EnvironmentId } from '#libs/kernel';

export interface EnvironmentBacklog {
  readonly environmentId: EnvironmentId;
  readonly waiting: number;
  readonly running: number;
  /** The execution that is first in line. */
  readonly first: string | undefined;
}

interface Counted {
  readonly kind: ExecutionKind;
  readonly waiting: number;
  readonly running: number;
  readonly environments: readonly EnvironmentBacklog[];
}

/** One kind of executions: what waits and what runs. */
export interface KindBacklog extends Counted {
  /** Age of the oldest execution that waits; 0 where none does. */
  readonly oldestMs: number;
}

/** The busiest environments, most waiting first, and the age of the oldest of all. */
export function summary({ environments, ...counted }: Counted, busiest: number, now: number): KindBacklog {
  const acceptedAt = environments.flatMap(({ first }) => timeOf(first) ?? []);
  const byWork = environments.toSorted((a, b) => b.waiting - a.waiting || b.running - a.running);
  const oldest = acceptedAt.reduce((earliest, at) => Math.min(earliest, at), now);
  return { ...counted, oldestMs: now - oldest, environments: byWork.slice(0, busiest) };
}

/** When an id (UUID v7) was made. */
function timeOf(id: string | undefined): number | undefined {
  const hex = id && /^([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(id);
  return hex ? Number.parseInt(`${hex[1]}${hex[2]}`, 16) : undefined;
}
