import type { RecordedFunction } from './project.js';
import type { Result } from './harness.js';

export interface Ran extends Result {
  readonly fn: RecordedFunction;
}

const nameOf = ({ integration, kind, name }: RecordedFunction): string => `${integration}/${kind}s/${name}`;

/** Why a function did not do as recorded, in a word or two. */
export function reasonOf({ fn, problems, refusals }: Ran): string {
  const [first = ''] = problems;
  const code = /"code":"(\w+)"|"type":"(\w+)"/.exec(first);
  // A mock hands over what a run throws (spec/functions.md §5.1).
  if (first.startsWith('failed') && refusals.length > 0 && !fn.recording?.error) return THROWN;
  if (problems.some((problem) => problem.includes('not recorded: '))) return 'asked for what is not recorded';
  if (first.startsWith('no recording')) return 'no recording';
  if (first.startsWith('failed')) return `failed: ${code?.[1] ?? code?.[2] ?? 'unknown'}`;
  if (first.startsWith('could not be run')) return 'could not be run';
  if (/^expected|^the run succeeded/.test(first)) return 'succeeded where it had to fail';
  return `other ${/^[a-z]+/.exec(first)?.[0] ?? 'result'}`;
}

const problemsOf = ({ fn, problems }: Ran): string =>
  [`  ${nameOf(fn)}`, ...problems.map((problem) => `      ${problem.slice(0, MAX_PROBLEM)}`)].join('\n');
const MAX_PROBLEM = 600;

export const THROWN = 'threw a recorded 4xx or 5xx, which the recorder returned (documented difference)';

/** Passes and failures by reason, then each failure with its first problem. */
export function reportOf(all: readonly Ran[]): string {
  const failed = all.filter(({ problems }) => problems.length > 0);
  const byReason = Map.groupBy(failed, reasonOf);
  const rows = [
    ['as recorded', all.length - failed.length] as const,
    ...[...byReason].map(([reason, ran]) => [reason, ran.length] as const),
  ];
  const lines = [...byReason].map(([reason, ran]) => `\n${reason}:\n${ran.map(problemsOf).join('\n')}`);
  const table = rows.map(([reason, count]) => `${String(count).padStart(6)}  ${reason}`);
  return `${lines.join('\n')}\n\n${table.join('\n')}\n${String(all.length).padStart(6)}  functions`;
}

/** Whether nothing went wrong but what is documented to differ. */
export const isGood = (all: readonly Ran[]): boolean => all.every((ran) => ran.problems.length === 0 || reasonOf(ran) === THROWN);
