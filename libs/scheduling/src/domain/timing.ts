import type { Timing } from '../syncs.types.js';
import { parseFrequency } from './frequency.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * How a function's syncs are scheduled: started by themselves where the author says so. Without a frequency they run when they are
 * triggered, and daily once somebody starts them.
 */
export function timingOf({ runs, auto_start }: { readonly runs: string | null; readonly auto_start: boolean }): Timing {
  const frequency = runs ? parseFrequency(runs) : undefined;
  if (!frequency?.ok) return { frequencyMs: DAY_MS, state: 'paused' };
  return { frequencyMs: frequency.ms, state: auto_start ? 'started' : 'paused' };
}
