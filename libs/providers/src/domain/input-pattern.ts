import { codeOf } from '#libs/kernel';
import { createContext, Script } from 'node:vm';

/** Longer values are no names, hosts or keys that a pattern describes. */
export const MAX_MATCHED = 8_192;

/**
 * Some expressions take for ever on some texts, and both come from outside: the expression from a catalogue that an operator brings, the
 * text from whoever connects, or from an API. Telling such expressions by their look refuses harmless ones and lets through others, and a shorter limit on
 * the text helps against the worst of them only; a limit on time holds for all. A match that was ever worth its while takes microseconds.
 */
const LONGEST_MS = 50;

const TIMED_OUT = 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/** Nothing of ours is in reach of them; only a script that runs in a context can be stopped from outside. */
const testing = new Script('new RegExp(pattern).test(value)');
const capturing = new Script('new RegExp(pattern).exec(value)?.[1]');
const context = createContext(Object.create(null) as { pattern?: string; value?: string });

/** A busy machine may leave us no time at all: only what was spent on matching counts, so the clock is not believed the first time. */
const ATTEMPTS = 10;

/** Whether a text matches an expression of the catalogue anywhere; undefined when that cannot be told in reasonable time. */
export const matchesPattern = (pattern: string, value: string): boolean | undefined =>
  run(testing, pattern, value) as boolean | undefined;

/** What an expression of the catalogue finds in its first parentheses; undefined when there is nothing, or it takes too long. */
export const capturedBy = (pattern: string, value: string): string | undefined =>
  run(capturing, pattern, value) as string | undefined;

function run(script: Script, pattern: string, value: string): unknown {
  if (value.length > MAX_MATCHED) return undefined;
  Object.assign(context, { pattern, value });
  for (let left = ATTEMPTS; left > 0; left -= 1) {
    const spentBefore = spentMs();
    try {
      return script.runInContext(context, { timeout: LONGEST_MS });
    } catch (error) {
      if (codeOf(error) !== TIMED_OUT) throw error;
      if (spentMs() - spentBefore > LONGEST_MS / 2) return undefined;
    }
  }
  return undefined;
}

/** Processor time of this thread. */
function spentMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
