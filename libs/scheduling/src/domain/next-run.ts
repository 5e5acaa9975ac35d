/** When a schedule's runs fall: whole periods after the moment it was created (spec/engine.md §1.3). */
export interface Phase {
  readonly startsAt: Date;
  readonly frequencyMs: number;
}

/** How a run ended, as far as the next one depends on it. */
export type RunEnding = 'complete' | 'interrupted' | 'lost';

/** The first tick at or after `now`: ticks that passed meanwhile are skipped, not caught up. */
export function nextTick({ startsAt, frequencyMs }: Phase, now: Date): Date {
  const periods = Math.ceil((now.getTime() - startsAt.getTime()) / frequencyMs);
  return new Date(startsAt.getTime() + Math.max(0, periods) * frequencyMs);
}

/** When a sync runs again after a run that ended `now`: one that could not finish goes on at once from its checkpoint. */
export const nextRunAfter = (phase: Phase, ending: RunEnding, now: Date): Date =>
  ending === 'complete' ? nextTick(phase, now) : now;

/** A new frequency keeps the phase; a run that is due already stays due. */
export const nextRunAfterRetiming = (phase: Phase, nextRunAt: Date, now: Date): Date =>
  nextRunAt <= now ? nextRunAt : nextTick(phase, now);
