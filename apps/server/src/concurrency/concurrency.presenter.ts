import type { ExecutionKind } from '#libs/contracts';
import type { Caps, CapsReport, OwnCaps } from '#libs/executions';
import type { ConcurrencyReply, SetConcurrency } from './concurrency.dto.js';

export const toConcurrency = (reports: readonly CapsReport[]): ConcurrencyReply => ({
  data: Object.fromEntries(
    reports.map(({ kind, own, inForce, load }) => [
      kind,
      { own: toDto(own), in_force: toDto(inForce), running: load?.running ?? null, queued: load?.waiting ?? null },
    ]),
  ) as ConcurrencyReply['data'],
});

export const toOwnCaps = (given: SetConcurrency): ReadonlyMap<ExecutionKind, OwnCaps> =>
  new Map(
    Object.entries(given).map(([kind, own]) => [
      kind as ExecutionKind,
      {
        maxRunning: own.max_running,
        maxQueued: own.max_queued,
        weight: own.weight,
        maxRunningPerConnection: own.max_running_per_connection,
      },
    ]),
  );

const toDto = <Cap extends number | null>(caps: Readonly<Record<keyof Caps, Cap>>) => ({
  max_running: caps.maxRunning,
  max_running_per_connection: caps.maxRunningPerConnection,
  max_queued: caps.maxQueued,
  weight: caps.weight,
});
