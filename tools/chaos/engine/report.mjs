import { faultText } from './plan.mjs';

const TITLES = {
  I1: 'Every accepted execution reached exactly one final state',
  I2: 'Record set, counts and cursor history equal the source',
  I3: 'Every stored webhook was delivered or is visible as failed',
  I4: 'Tracked deletion deleted nothing that its run had seen',
  I5: 'Every tenant with work progressed within the bound',
};
const VIOLATIONS_SHOWN = 10;

/** The report of a run, as Markdown. */
export function reportOf({ seed, seconds, settledMs, date, faults, restarts, losses, load, decisions, verdicts, machine }) {
  const rows = Object.entries(verdicts).map(
    ([name, { violations }]) =>
      `| ${name} | ${TITLES[name]} | ${violations.length === 0 ? 'holds' : `**${violations.length} violations**`} |`,
  );
  return [
    `Seed ${seed}, ${seconds} s of faults, settled ${(settledMs / 1000).toFixed(0)} s after the last one; ${date}; ${machine}.`,
    '',
    '| | invariant | |',
    '|---|---|---|',
    ...rows,
    '',
    `**Faults** (${faults.length}): ${countText(faults.map((fault) => faultText({ ...fault, forMs: 0 })))}. Processes started again: ${restarts}; ended by themselves: ${losses}.`,
    '',
    `**Load**: ${load}.`,
    '',
    `**Decisions of the reconciler**: ${decisions}.`,
    '',
    ...Object.entries(verdicts).map(([name, verdict]) => [`**${name}**`, '', ...linesOf(verdict), ''].join('\n')),
  ].join('\n');
}

const linesOf = ({ evidence, violations }) => [
  ...evidence.map((line) => `- ${line}`),
  ...violations.slice(0, VIOLATIONS_SHOWN).map((line) => `- VIOLATION: ${line}`),
];

export function countText(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return (
    [...counts]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, n]) => `${n} × ${name}`)
      .join(', ') || 'none'
  );
}
