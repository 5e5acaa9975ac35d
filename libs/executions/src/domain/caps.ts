import type { ExecutionKind } from '#libs/contracts';
import type { ExecutionsOptions } from '../executions.config.js';

/** What one environment may have of a kind of execution. */
export interface Caps {
  /** At a time. */
  readonly maxRunning: number;
  readonly maxQueued: number;
  /** How many it starts in one turn, where others start one. */
  readonly weight: number;
  /** At a time, for one connection; 0: no limit. */
  readonly maxRunningPerConnection: number;
}

/** What operators set for one environment and kind; null is as everywhere. */
export type OwnCaps = { readonly [Cap in keyof Caps]: Caps[Cap] | null };

/** What holds for an environment, by kind. */
export function capsInForce(kind: ExecutionKind, own: OwnCaps | undefined, everywhere: ExecutionsOptions): Caps {
  return {
    maxRunning: own?.maxRunning ?? everywhere.environmentCaps[kind],
    maxQueued: own?.maxQueued ?? everywhere.maxQueued,
    weight: own?.weight ?? 1,
    maxRunningPerConnection: own?.maxRunningPerConnection ?? everywhere.connectionCap ?? 0,
  };
}

/** As the script of admission reads them. */
export const capsText = ({ maxRunning, weight, maxRunningPerConnection, maxQueued }: OwnCaps): string =>
  [maxRunning, weight, maxRunningPerConnection, maxQueued].map((cap) => cap ?? '-').join(' ');

export const hasAny = (own: OwnCaps): boolean => Object.values(own).some((cap) => cap !== null);
